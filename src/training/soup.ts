import { InputError } from '../foundation';
import { labelTaskOf, TASKS } from '../tasks';
import { haveSameTokenizer } from '../tokenization';

/**
 * Averages the weights of models that were trained from the same encoder and differ only by seed or training options, and writes
 * the resulting model: a uniform soup (Wortsman et al. 2022, "Model soups", arXiv:2203.05482). It is as small and fast as one of
 * them. The threshold is that of the first.
 *
 * Throws InputError, and writes nothing, for fewer than two folders, or for folders of different shape, labels or vocabulary.
 */
export function averageModels(folders: readonly string[], out: string): void {
  const [first, ...others] = folders;
  if (others.length === 0) throw new InputError('one model cannot be averaged; name two or more');
  for (const folder of others) refuseUnlike(first, folder);
  const task = labelTaskOf(first);
  const mean = TASKS[task].load(first);
  const tensors = mean.parameters.snapshot();
  others.forEach((folder, index) => {
    const other = TASKS[task].load(folder);
    for (const [name, { data }] of other.parameters.snapshot()) {
      const present = tensors.get(name)!.data;
      // The mean of the models so far, with one more.
      for (let place = 0; place < data.length; place++)
        present[place] += (data[place] - present[place]) / (index + 2);
    }
    other.dispose();
  });
  mean.parameters.restore(tensors);
  mean.save(out);
  mean.dispose();
}

function shapeOf(folder: string) {
  const task = labelTaskOf(folder);
  const { encoder, threshold: _, ...labels } = TASKS[task].readConfiguration(folder);
  return { task, ...encoder, ...labels };
}

function refuseUnlike(first: string, other: string): void {
  const [one, two] = [first, other].map(shapeOf);
  for (const [key, value] of Object.entries(one)) {
    const found = two[key as keyof typeof two];
    if (JSON.stringify(value) !== JSON.stringify(found)) {
      throw new InputError(
        `${other}: ${key} is ${JSON.stringify(found)}, but ${JSON.stringify(value)} in ${first}; average models of one shape and one encoder`,
      );
    }
  }
  if (!haveSameTokenizer(first, other))
    throw new InputError(
      `${other}: its tokenizer is not the same as in ${first}; average models of one vocabulary`,
    );
}
