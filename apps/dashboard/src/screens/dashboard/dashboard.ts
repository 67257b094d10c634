import { Component } from '@angular/core';
@Component({ selector: 'w-dashboard', template: '<div class="page"><h1>Dashboard</h1></div>' })
export class Dashboard {}
