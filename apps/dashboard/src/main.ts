import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { CONFIG } from './app/config';

bootstrapApplication(App, CONFIG).catch((error: unknown) => console.error(error));
