import { inject } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import { Session } from './session';

/** Lets signed-in people in; everybody else goes to `/login` and comes back afterwards. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const session = inject(Session);
  const router = inject(Router);
  await session.restore();
  if (session.status() !== 'anonymous') return true;
  return router.createUrlTree(
    ['/login'],
    state.url === '/' ? {} : { queryParams: { next: state.url } },
  );
};

/** `/login` is for those who are not signed in. */
export const signedOut: CanActivateFn = async () => {
  const session = inject(Session);
  const router = inject(Router);
  await session.restore();
  return session.status() === 'anonymous' ? true : router.createUrlTree(['/dashboard']);
};
