import type { Routes } from '@angular/router';
import { signedIn, signedOut } from '../session/guards';

/** Every screen is a chunk of its own. */
export const ROUTES: Routes = [
  {
    path: 'login',
    title: 'Sign in · Weir',
    canActivate: [signedOut],
    loadComponent: () => import('../screens/login/login').then((file) => file.Login),
  },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('../shell/shell').then((file) => file.Shell),
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'dashboard' },
      {
        path: 'dashboard',
        title: 'Overview · Weir',
        loadComponent: () =>
          import('../screens/dashboard/dashboard').then((file) => file.Dashboard),
      },
      {
        path: 'live',
        title: 'Live traffic · Weir',
        loadComponent: () =>
          import('../screens/live-traffic/live-traffic').then((file) => file.LiveTraffic),
      },
      {
        path: 'keys',
        title: 'API keys · Weir',
        loadComponent: () => import('../screens/keys/keys').then((file) => file.Keys),
      },
      {
        path: 'user/keys',
        title: 'API keys · Weir',
        loadComponent: () => import('../screens/keys/keys').then((file) => file.Keys),
      },
      {
        path: '**',
        title: 'Not found · Weir',
        loadComponent: () => import('../screens/not-found/not-found').then((file) => file.NotFound),
      },
    ],
  },
];
