import type { Effect, Effects } from '../../evaluation';
import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, labelColours, MUTED } from '../palette';
import { textWidth } from '../rendering/font';
import { chooseLabels, nameInTitle, type ShownLabels } from '../shown-labels';
import { panelGrid } from './panels';
import { settingName, settingValue } from './settings';

const WIDTH = 1040;
const ROW_HEIGHT = 24;
/** Maximum number of panels, since each has a row per effect. */
const MOST_PANELS = 12;

/** One row of the figure: an effect for each label, or a heading. */
type Line = { heading: string } | { name: string; effects: (Effect | undefined)[] };

/**
 * Main effects and interactions of settings on F1, one panel per label: estimate and 95% interval. Discs are filled if the interval
 * excludes zero.
 *
 * @param effects of each label, from `searchEffects`
 */
export function searchEffectsFigure(effects: Readonly<Record<string, Effects>>): Figure {
  const labels = Object.keys(effects);
  const colours = labelColours(labels);
  const chosen = chooseLabels(labels, {
    most: MOST_PANELS,
    weight: (label) => Math.max(0, ...effects[label].main.map(({ estimate }) => Math.abs(estimate ?? 0))),
    which: 'those with the largest effects',
  });
  const { shown } = chosen;
  const lines: Line[] = [
    { heading: 'Main effects' },
    ...linesOf(shown.map((label) => effects[label].main)),
    { heading: 'Interactions' },
    ...linesOf(shown.map((label) => effects[label].interactions)),
  ];
  if (lines.length === 2)
    throw new InputError(
      'no setting of the search varies; give a search with at least two values of a setting',
    );
  const places = lines.map((_, place) => place);
  const names = lines.map((line) => ('heading' in line ? `<b>${line.heading}</b>` : plainText(line.name)));
  const range = symmetricRange(lines);
  const margin = {
    l: 24 + Math.max(...lines.map((line) => textWidth('name' in line ? line.name : line.heading, 12.5))),
    r: 16,
    t: 44,
    b: 54,
  };
  const { panels, height } = panelGrid(shown, {
    details: shown.map((label) => (effects[label].runs === 0 ? '<i>no gold: n/a</i>' : '')),
    width: WIDTH - margin.l - margin.r,
    height: 4 + lines.length * ROW_HEIGHT,
    between: 76,
  });
  const layout: Figure['layout'] = {
    width: WIDTH,
    height: margin.t + height + margin.b,
    margin,
    showlegend: false,
  };
  const annotations = panels.map(({ heading }) => heading);
  const data = panels.flatMap(({ suffix, domain, rowDomain, isFirst, isLowest }, index): Trace[] => {
    const label = shown[index];
    layout[`xaxis${suffix}`] = axis(isLowest ? 'change of token F1 on dev' : '', {
      ...{ domain, anchor: `y${suffix}`, range, nticks: 4 },
      ...{ zeroline: true, zerolinecolor: INK, zerolinewidth: 1, showline: true },
    });
    layout[`yaxis${suffix}`] = axis('', {
      domain: rowDomain,
      anchor: `x${suffix}`,
      ...{ range: [lines.length - 0.5, -0.5], tickvals: places, ticktext: names },
      ...{ showticklabels: isFirst, ticks: '', ticklabelstandoff: 6 },
    });
    const known = lines.flatMap((line, place) => {
      if ('heading' in line) return [];
      const effect = line.effects[index];
      if (effect && effect.estimate !== null) return { ...effect, estimate: effect.estimate, place };
      if (effects[label].runs > 0)
        annotations.push({
          ...{
            text: '<i>not estimable from these runs</i>',
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
        name: plainText(label),
        x: known.map(({ estimate }) => estimate),
        y: known.map(({ place }) => place),
        ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
        cliponaxis: false,
        error_x: {
          type: 'data',
          symmetric: false,
          array: known.map(({ estimate, interval }) => (interval ? interval[1] - estimate : 0)),
          arrayminus: known.map(({ estimate, interval }) => (interval ? estimate - interval[0] : 0)),
          ...{ color: colours[label], thickness: 1.8, width: 0 },
        },
        marker: {
          size: 8,
          color: known.map((effect) => (isShown(effect) ? colours[label] : 'white')),
          line: { color: colours[label], width: 1.8 },
        },
      },
    ];
  });
  layout.annotations = annotations;
  return { data, layout, title: titleOf(effects, chosen.shown), reading: reading(effects, chosen) };
}

/** Aligns the effects of all labels; a label without runs has none. */
function linesOf(ofLabels: readonly (readonly Effect[])[]): Line[] {
  const names = new Set(ofLabels.flatMap((effects) => effects.map(nameOf)));
  return [...names].map((name) => ({
    name,
    effects: ofLabels.map((effects) => effects.find((effect) => nameOf(effect) === name)),
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

/** Symmetric range about zero that contains all intervals. */
function symmetricRange(lines: readonly Line[]): [number, number] {
  const ends = lines.flatMap((line) =>
    'heading' in line
      ? []
      : line.effects.flatMap((effect) => (effect ? (effect.interval ?? [effect.estimate ?? 0]) : [])),
  );
  const reach = 1.08 * Math.max(0.01, ...ends.map(Math.abs));
  return [-reach, reach];
}

/** The largest main effect whose interval excludes zero. */
function titleOf(effects: Readonly<Record<string, Effects>>, shown: readonly string[]): string {
  const [largest] = shown
    .flatMap((label) => effects[label].main.filter(isShown).map((effect) => ({ label, effect })))
    .sort((one, other) => Math.abs(other.effect.estimate!) - Math.abs(one.effect.estimate!));
  if (!largest) return 'No main effect that these runs can show';
  const { label, effect } = largest;
  const sign = effect.estimate! < 0 ? '−' : '+';
  return `Largest effect: ${nameOf(effect)}, ${sign}${Math.abs(effect.estimate!).toFixed(2)} F1 for ${nameInTitle(label)}`;
}

function reading(effects: Readonly<Record<string, Effects>>, { shown, note }: ShownLabels): string {
  const runs = Math.max(...shown.map((label) => effects[label].runs));
  const legend = `Estimates from ${formatNumber(runs)} runs with 95 % intervals; filled discs: the interval excludes zero`;
  return `${legend}.${note}`;
}
