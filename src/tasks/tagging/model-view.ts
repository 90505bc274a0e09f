import { InputError } from '../../foundation';
import type { ModelConfiguration } from '../../nn';
import {
  exclusiveColumns,
  outputNames,
  outputsPerLabel,
  type TokenScorer,
  thresholdLogit,
  thresholdOf,
} from '../../tokenization';

/** The view name that selects the model's labels themselves. */
export const OWN_LABELS = 'labels';

export interface Tagger {
  configuration: ModelConfiguration;
  score: TokenScorer;
}

/**
 * Returns the name of a view of a tagger; by default its first one, or `OWN_LABELS` if it has none.
 *
 * @throws InputError that lists the views if there is none of that name
 */
export function viewName({ views = {} }: Pick<ModelConfiguration, 'views'>, view?: string): string {
  const name = view ?? Object.keys(views)[0] ?? OWN_LABELS;
  if (name !== OWN_LABELS && !Object.hasOwn(views, name))
    throw new InputError(
      `the model has no view "${name}"; it has ${[...Object.keys(views), OWN_LABELS].join(', ')}`,
    );
  return name;
}

/** Returns the labels of a tagger as a view names them. @param view see `viewName` */
export function labelsInView(
  { labels, views = {} }: Pick<ModelConfiguration, 'labels' | 'views'>,
  view?: string,
): readonly string[] {
  const name = viewName({ views }, view);
  return name === OWN_LABELS ? labels : Object.keys(views[name]);
}

/**
 * Wraps a tagger so that its labels are the classes of a view: a class is predicted where one of its labels is. The network learns
 * all labels together; which of them the user sees, and under what names, is chosen at inference.
 *
 * If labels may overlap, a class has the largest of their logits; if they are exclusive, the probability of any of them, log Σ exp
 * z, and labels of no class count as outside. A class has the threshold of its first label; the logits of its other labels are
 * shifted by the difference in log-odds.
 *
 * @param view see `viewName`
 */
export function inView({ configuration, score }: Tagger, view?: string): Tagger {
  const { views = {} } = configuration;
  const name = viewName(configuration, view);
  if (name === OWN_LABELS) return { configuration, score };
  const classes = Object.entries(views[name]);
  const { views: _, tags: __, ...rest } = configuration;
  const labels = classes.map(([own]) => own);
  const threshold = Object.fromEntries(
    classes.map(([own, made]) => [
      own,
      made.length > 0 ? thresholdOf(configuration.threshold, made[0]) : 0.5,
    ]),
  );
  const viewed = { ...rest, labels, threshold };
  const combine = configuration.scheme === 'exclusive' ? exclusiveView : overlappingView;
  const outputs = outputNames(configuration).length;
  const width = outputNames(viewed).length;
  const change = combine(
    configuration,
    classes.map(([, made]) => made),
  );
  return {
    configuration: viewed,
    score: async (windows) =>
      (await score(windows)).map((logits) => {
        const tokens = logits.length / outputs;
        const seen = new Float32Array(tokens * width);
        for (let token = 0; token < tokens; token++)
          change(logits.subarray(token * outputs, (token + 1) * outputs), seen.subarray(token * width));
        return seen;
      }),
  };
}

/** Writes the outputs of a token in the view. */
type Change = (logits: Float32Array, seen: Float32Array) => void;

function overlappingView(configuration: ModelConfiguration, classes: readonly (readonly string[])[]): Change {
  const perLabel = outputsPerLabel(configuration);
  const logitOf = (label: string) => thresholdLogit(configuration.threshold, label);
  const parts = classes.map((labels) =>
    labels.map((label) => ({
      column: configuration.labels.indexOf(label) * perLabel,
      shift: logitOf(labels[0]) - logitOf(label),
    })),
  );
  return (logits, seen) => {
    parts.forEach((columns, own) => {
      for (let output = 0; output < perLabel; output++)
        seen[own * perLabel + output] = columns.reduce(
          (most, { column, shift }) => Math.max(most, logits[column + output] + shift),
          NEVER,
        );
    });
  };
}

/** Logit of a class without labels: practically impossible, but finite. */
const NEVER = -1e4;

function exclusiveView(configuration: ModelConfiguration, classes: readonly (readonly string[])[]): Change {
  const { outside, begin, inside } = exclusiveColumns(configuration);
  const numbers = classes.map((labels) => labels.map((label) => configuration.labels.indexOf(label)));
  const shown = new Set(numbers.flat());
  const hidden = configuration.labels.flatMap((_, label) =>
    shown.has(label) ? [] : [begin[label], inside[label]],
  );
  const sets = [
    [...new Set(outside < 0 ? hidden : [outside, ...hidden])],
    ...numbers.flatMap((labels) => [
      labels.map((label) => begin[label]),
      labels.map((label) => inside[label]),
    ]),
  ];
  return (logits, seen) => {
    sets.forEach((columns, output) => {
      const highest = columns.reduce((most, column) => Math.max(most, logits[column]), NEVER);
      const sum = columns.reduce((rest, column) => rest + Math.exp(logits[column] - highest), 0);
      seen[output] = columns.length === 0 ? NEVER : highest + Math.log(sum);
    });
  };
}
