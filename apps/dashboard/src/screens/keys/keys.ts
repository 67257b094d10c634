import { Component } from '@angular/core';
@Component({ selector: 'w-keys', template: '<div class="page"><h1>Keys</h1></div>' })
export class Keys {}
