import { computed, DOCUMENT, inject, Service } from '@angular/core';
import { Theme } from '../ui/theme';

/** Tokens that charts draw with. */
const NAMES = [
  'text',
  'text2',
  'line',
  'line2',
  'surface',
  'raised',
  'accent',
  'hover',
  'quiet',
  'warn',
  'bad',
  'ok',
  'other',
  's1',
  's2',
  's3',
  's4',
  's5',
  's6',
  's7',
] as const;
export type ColourName = (typeof NAMES)[number];
export type Colours = Readonly<Record<ColourName, string>>;

/** A canvas cannot read CSS variables: their values, read again whenever the theme changes. */
@Service()
export class ChartColours {
  private readonly theme = inject(Theme);
  private readonly root = inject(DOCUMENT).documentElement;

  readonly current = computed<Colours>(() => {
    this.theme.dark();
    const style = getComputedStyle(this.root);
    const read = (name: ColourName): string => style.getPropertyValue(`--${name}`).trim();
    return Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Record<
      ColourName,
      string
    >;
  });
}

/** Series colours in order; after the seventh everything is "Other". */
export function seriesColour(colours: Colours, rank: number): string {
  const series = [
    colours.s1,
    colours.s2,
    colours.s3,
    colours.s4,
    colours.s5,
    colours.s6,
    colours.s7,
  ];
  return series[rank] ?? colours.other;
}
