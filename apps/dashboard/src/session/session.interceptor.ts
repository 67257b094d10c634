import { HttpErrorResponse, type HttpInterceptorFn, type HttpRequest } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { Session } from './session';
import { WITHOUT_SESSION } from './without-session';

/** Adds the access token; after a 401 the call is repeated once, with a renewed session. */
export const sessionInterceptor: HttpInterceptorFn = (request, next) => {
  if (request.context.get(WITHOUT_SESSION)) return next(request);
  const session = inject(Session);
  const token = session.token();
  return next(withToken(request, token)).pipe(
    catchError((error: unknown) => {
      if (!(error instanceof HttpErrorResponse) || error.status !== 401)
        return throwError(() => error);
      return from(session.recover(token)).pipe(
        switchMap((recovered) =>
          recovered ? next(withToken(request, session.token())) : throwError(() => error),
        ),
      );
    }),
  );
};

function withToken(request: HttpRequest<unknown>, token: string | null): HttpRequest<unknown> {
  return token === null
    ? request
    : request.clone({ setHeaders: { authorization: `Bearer ${token}` } });
}
