import { resolve } from 'node:path';
import { InputError } from '../foundation';
import { headParameterShapes, type ModelConfiguration, readConfiguration, TokenClassifier } from '../nn';
import { mergeThresholds, outputNames } from '../tokenization';
import { takeRows } from './take-rows';

export interface KeptLabels {
  kept: string[];
  removed: string[];
}

/**
 * Writes a tagger without some of its labels: auxiliary ones, learned because they help the others, that nobody wants in the output. Labels may
 * overlap, so the logits of the others do not change.
 *
 * @param labels labels to keep, in any order; by default those that one of the model's views shows
 * @throws InputError, with nothing written, if the labels exclude one another, for an unknown label, and for a model without views if none are given
 */
export function keepLabels(folder: string, out: string, labels?: readonly string[]): KeptLabels {
  if (resolve(folder) === resolve(out))
    throw new InputError(`${out}: is the model's own folder; choose another one for the smaller model`);
  const configuration = readConfiguration(folder);
  if (configuration.scheme === 'exclusive')
    throw new InputError(
      `${folder}: its labels exclude one another, so that leaving one out would change the others; train it without the label`,
    );
  const kept = keptLabels(configuration, folder, labels);
  const model = TokenClassifier.load(folder);
  try {
    const names = outputNames(configuration);
    const smaller = smallerConfiguration(configuration, kept);
    const rows = outputNames(smaller).map((name) => names.indexOf(name));
    const tensors = model.parameters.snapshot();
    for (const name of headParameterShapes(configuration.encoder, model.head).keys())
      tensors.set(name, takeRows(tensors.get(name)!, rows));
    const tagger = new TokenClassifier(smaller, folder, tensors);
    try {
      tagger.save(out);
    } finally {
      tagger.dispose();
    }
  } finally {
    model.dispose();
  }
  return { kept, removed: configuration.labels.filter((label) => !kept.includes(label)) };
}

/** In the model's order. */
function keptLabels(
  { labels, views = {} }: ModelConfiguration,
  folder: string,
  wanted: readonly string[] | undefined,
): string[] {
  const unknown = wanted?.find((label) => !labels.includes(label));
  if (unknown !== undefined)
    throw new InputError(`${folder}: has no label "${unknown}"; its labels are ${labels.join(', ')}`);
  const shown = wanted ?? Object.values(views).flatMap((classes) => Object.values(classes).flat());
  const kept = labels.filter((label) => shown.includes(label));
  if (kept.length === 0)
    throw new InputError(
      `${folder}: has no view that says which labels are wanted; name the labels to keep, of ${labels.join(', ')}`,
    );
  return kept;
}

/** Classes of views lose the labels that are gone, and vanish with the last of them. */
function smallerConfiguration(
  { labels: _, views, threshold, ...rest }: ModelConfiguration,
  labels: readonly string[],
): ModelConfiguration {
  const left = Object.entries(views ?? {}).flatMap(([name, classes]) => {
    const own = Object.entries(classes)
      .map(([title, members]) => [title, members.filter((label) => labels.includes(label))] as const)
      .filter(([, members]) => members.length > 0);
    return own.length > 0 ? [[name, Object.fromEntries(own)] as const] : [];
  });
  return {
    ...{ ...rest, labels },
    threshold: typeof threshold === 'number' ? threshold : mergeThresholds(labels, {}, threshold),
    ...(left.length > 0 && { views: Object.fromEntries(left) }),
  };
}
