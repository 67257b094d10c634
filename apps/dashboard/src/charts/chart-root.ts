import { Directive, ElementRef, inject } from '@angular/core';

/**
 * The canvas library empties its element with `innerHTML = ''`, which the page's Trusted Types policy
 * refuses. On this one element that assignment removes the children instead; markup is never taken.
 */
@Directive({ selector: '[uiChartRoot]' })
export class ChartRoot {
  constructor() {
    const element: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    Object.defineProperty(element, 'innerHTML', {
      configurable: true,
      get: () => '',
      set: () => element.replaceChildren(),
    });
  }
}
