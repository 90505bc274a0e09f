import type { Effect, Effects } from '../../evaluation';
import { ENTITY_CLASSES, InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { CLASS_COLOURS, INK, MUTED } from '../palette';
import { textWidth } from '../rendering/font';
import { panelsInRow } from './panels';
import { settingName, settingValue } from './settings';

const ROW_HEIGHT = 24;

/** One line of the figure: an effect as each class has it, or a heading. */
type Line = { heading: string } | { name: string; effects: (Effect | undefined)[] };

/**
 * What each setting does to F1, and how settings act on each other, one panel a class: estimate and 95% interval. Discs are filled
 * where the interval leaves zero out.
 *
 * @param effects of each class, from `searchEffects`
 */
export function searchEffectsFigure(effects: Readonly<Record<string, Effects>>): Figure {
  const lines: Line[] = [
    { heading: 'Main effects' },
    ...linesOf(ENTITY_CLASSES.map((label) => effects[label].main)),
    { heading: 'Interactions' },
    ...linesOf(ENTITY_CLASSES.map((label) => effects[label].interactions)),
  ];
  if (lines.length === 2) throw new InputError('no setting of the search varies; there is no effect to draw');
  const places = lines.map((_, place) => place);
  const names = lines.map((line) => ('heading' in line ? `<b>${line.heading}</b>` : plainText(line.name)));
  const range = symmetricRange(lines);
  const panels = panelsInRow(
    ENTITY_CLASSES,
    ENTITY_CLASSES.map((label) => (effects[label].runs === 0 ? '<i>no gold: n/a</i>' : '')),
  );
  const layout: Figure['layout'] = {
    width: 1040,
    height: 102 + lines.length * ROW_HEIGHT,
    margin: {
      l: 24 + Math.max(...lines.map((line) => textWidth('name' in line ? line.name : line.heading, 12.5))),
      r: 16,
      t: 44,
      b: 54,
    },
    showlegend: false,
  };
  const annotations = panels.map(({ heading }) => heading);
  const data = panels.flatMap(({ suffix, domain }, index): Trace[] => {
    const label = ENTITY_CLASSES[index];
    layout[`xaxis${suffix}`] = axis('change of token F1', {
      ...{ domain, anchor: `y${suffix}`, range, nticks: 4 },
      ...{ zeroline: true, zerolinecolor: INK, zerolinewidth: 1, showline: true },
    });
    layout[`yaxis${suffix}`] = axis('', {
      anchor: `x${suffix}`,
      ...{ range: [lines.length - 0.5, -0.5], tickvals: places, ticktext: names },
      ...{ showticklabels: index === 0, ticks: '', ticklabelstandoff: 6 },
    });
    const known = lines.flatMap((line, place) => {
      if ('heading' in line) return [];
      const effect = line.effects[index];
      if (effect && effect.estimate !== null) return { ...effect, estimate: effect.estimate, place };
      if (effects[label].runs > 0)
        annotations.push({
          ...{
            text: '<i>these runs cannot tell</i>',
            xref: `x${suffix}`,
            yref: `y${suffix}`,
            x: 0,
            y: place,
          },
          ...{ showarrow: false, bgcolor: 'white', font: { color: MUTED, size: 11 } },
        });
      return [];
    });
    return [
      {
        type: 'scatter',
        mode: 'markers',
        name: label,
        x: known.map(({ estimate }) => estimate),
        y: known.map(({ place }) => place),
        ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
        cliponaxis: false,
        error_x: {
          type: 'data',
          symmetric: false,
          array: known.map(({ estimate, interval }) => (interval ? interval[1] - estimate : 0)),
          arrayminus: known.map(({ estimate, interval }) => (interval ? estimate - interval[0] : 0)),
          ...{ color: CLASS_COLOURS[label], thickness: 1.8, width: 0 },
        },
        marker: {
          size: 8,
          color: known.map((effect) => (isShown(effect) ? CLASS_COLOURS[label] : 'white')),
          line: { color: CLASS_COLOURS[label], width: 1.8 },
        },
      },
    ];
  });
  layout.annotations = annotations;
  return { data, layout, title: 'What the settings do to F1', reading: reading(effects) };
}

/** The same effects of all classes side by side; a class without runs has none. */
function linesOf(ofClasses: readonly (readonly Effect[])[]): Line[] {
  const names = new Set(ofClasses.flatMap((effects) => effects.map(nameOf)));
  return [...names].map((name) => ({
    name,
    effects: ofClasses.map((effects) => effects.find((effect) => nameOf(effect) === name)),
  }));
}

function nameOf({ contrasts }: Effect): string {
  if (contrasts.length === 2)
    return contrasts
      .map(({ setting, value }) => `${settingName(setting)} ${settingValue(value)}`)
      .join(' × ');
  const [{ setting, value, against }] = contrasts;
  return `${settingName(setting)} ${settingValue(value)} against ${settingValue(against)}`;
}

function isShown({ interval }: Effect): boolean {
  return interval !== null && (interval[0] > 0 || interval[1] < 0);
}

/** Zero in the middle, all intervals in view. */
function symmetricRange(lines: readonly Line[]): [number, number] {
  const ends = lines.flatMap((line) =>
    'heading' in line
      ? []
      : line.effects.flatMap((effect) => (effect ? (effect.interval ?? [effect.estimate ?? 0]) : [])),
  );
  const reach = 1.08 * Math.max(0.01, ...ends.map(Math.abs));
  return [-reach, reach];
}

function reading(effects: Readonly<Record<string, Effects>>): string {
  const runs = Math.max(...ENTITY_CLASSES.map((label) => effects[label].runs));
  const settled = ENTITY_CLASSES.flatMap((label) =>
    effects[label].main.filter(isShown).map((effect) => ({ label, effect })),
  ).sort((one, other) => Math.abs(other.effect.estimate!) - Math.abs(one.effect.estimate!));
  const legend = `Estimates from ${formatNumber(runs)} runs with 95 % intervals; filled discs: the interval leaves zero out`;
  if (settled.length === 0) return `${legend}, which no main effect does.`;
  const [{ label, effect }] = settled;
  const sign = effect.estimate! < 0 ? '−' : '+';
  return `${legend}, clearest for ${label}: ${nameOf(effect)}, ${sign}${Math.abs(effect.estimate!).toFixed(3)}.`;
}
