import { inject, Service, signal } from '@angular/core';
import { recall, remember } from '../ui/storage';
import { ChartColours, seriesColour } from './chart-colours';

const KEPT = 40;

/** A model keeps its colour everywhere: its rank is given when it is first seen and then remembered. */
@Service()
export class ModelColours {
  private readonly colours = inject(ChartColours);
  private readonly ranks = signal(
    (recall('model-ranks') ?? '').split('\n').filter((model) => model !== ''),
  );

  /** Gives ranks to models that have none, in the given order: most used first. */
  learn(models: readonly string[]): void {
    const known = this.ranks();
    const added = models.filter((model) => !known.includes(model));
    if (added.length === 0 || known.length >= KEPT) return;
    const ranks = [...known, ...added].slice(0, KEPT);
    this.ranks.set(ranks);
    remember('model-ranks', ranks.join('\n'));
  }

  /** The colour of a model in the current theme. */
  of(model: string): string {
    const rank = this.ranks().indexOf(model);
    const colours = this.colours.current();
    return rank === -1 ? colours.other : seriesColour(colours, rank);
  }
}
