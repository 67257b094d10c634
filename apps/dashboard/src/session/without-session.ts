import { HttpContextToken } from '@angular/common/http';

/** Marks the calls that open a session: they carry no token and their 401 means what it says. */
export const WITHOUT_SESSION = new HttpContextToken<boolean>(() => false);
