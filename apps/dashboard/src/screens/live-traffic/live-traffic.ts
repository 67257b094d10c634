import { Component } from '@angular/core';
@Component({ selector: 'w-live-traffic', template: '<div class="page"><h1>LiveTraffic</h1></div>' })
export class LiveTraffic {}
