import { APP_BASE_HREF } from '@angular/common';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { provideBrowserGlobalErrorListeners, type ApplicationConfig } from '@angular/core';
import { provideRouter, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { sessionInterceptor } from '../session/session.interceptor';
import { ROUTES } from './routes';

/** What the whole app is provided with. */
export const CONFIG: ApplicationConfig = {
  providers: [
    // No <base> element: the page's policy forbids it (`base-uri 'none'`).
    { provide: APP_BASE_HREF, useValue: '/' },
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      ROUTES,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'top' }),
    ),
    provideHttpClient(withInterceptors([sessionInterceptor])),
  ],
};
