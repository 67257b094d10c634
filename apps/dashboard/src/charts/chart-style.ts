import type { Colours } from './chart-colours';

const FONT = 'Inter Variable, system-ui, sans-serif';

/** Tooltip as rich text: data never becomes markup. */
export function tooltipStyle(colours: Colours): Record<string, unknown> {
  return {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    backgroundColor: colours.raised,
    borderColor: colours.line2,
    borderWidth: 1,
    padding: [6, 10],
    textStyle: { color: colours.text, fontFamily: FONT, fontSize: 12, lineHeight: 18 },
    axisPointer: {
      type: 'line',
      lineStyle: { color: colours.line2, width: 1 },
      shadowStyle: { opacity: 0.1 },
    },
    transitionDuration: 0,
  };
}

/** Text of axes and labels. */
export function axisLabel(colours: Colours): Record<string, unknown> {
  return { color: colours.text2, fontFamily: FONT, fontSize: 11, hideOverlap: true };
}

/** An axis of names or times: labels only. */
export function quietAxis(colours: Colours): Record<string, unknown> {
  return {
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: axisLabel(colours),
  };
}

/** An axis of values: hairlines, few labels. */
export function valueAxis(colours: Colours, unit: string): Record<string, unknown> {
  return {
    type: 'value',
    splitNumber: 4,
    min: 0,
    name: unit,
    nameLocation: 'end',
    nameGap: 8,
    nameTextStyle: {
      color: colours.text2,
      fontFamily: FONT,
      fontSize: 11,
      align: 'right',
      padding: [0, 6, 0, 0],
    },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colours.line } },
    axisLabel: axisLabel(colours),
  };
}
