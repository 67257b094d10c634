import { inject, Service } from '@angular/core';
import { recall, remember } from '../ui/storage';
import { ChartColours, seriesColour } from './chart-colours';

const KEPT = 40;

/** A model keeps its colour everywhere: its rank is given when it is first seen and then remembered. */
@Service()
export class ModelColours {
  private readonly colours = inject(ChartColours);
  private readonly ranks: string[] = (recall('model-ranks') ?? '').split('\n').filter((model) => model !== '');

  /** Gives ranks to models that have none, in the given order: most used first. */
  learn(models: readonly string[]): void {
    const before = this.ranks.length;
    for (const model of models) {
      if (this.ranks.length < KEPT && !this.ranks.includes(model)) this.ranks.push(model);
    }
    if (this.ranks.length !== before) remember('model-ranks', this.ranks.join('\n'));
  }

  /** The colour of a model in the current theme. */
  of(model: string): string {
    const rank = this.ranks.indexOf(model);
    const colours = this.colours.current();
    return rank === -1 ? colours.other : seriesColour(colours, rank);
  }
}
