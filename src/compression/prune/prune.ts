import { join, resolve } from 'node:path';
import {
  createRandom,
  InputError,
  type Progress,
  silentProgress,
  writeFileAtomically,
} from '../../foundation';
import {
  download,
  type EncoderConfiguration,
  headsOfLayer,
  type LabelNetwork,
  readEncoderConfiguration,
  Tape,
  tidy,
} from '../../nn';
import { type LossName, labelTaskOf, type Objective, objectiveOf, type Task, withTask } from '../../tasks';
import { Tokenizer } from '../../tokenization';
import { DEFAULT_TRAINING } from '../../training';
import { leastHeads, leastOf, measureImportance } from './importance';
import { basisOf, narrowHidden, observeStates, roomForHeads } from './narrowing';
import { type Network, range, removeHeads, removeLayers, removeNeurons } from './removal';

export interface PruneOptions {
  /** Sentences by which it is judged what matters. */
  data: string[];
  /** So many of them at most, drawn by the seed. */
  sentences: number;
  seed: number;
  loss: LossName;
  /** Layers to remove, heads to remove of all layers together, neurons to remove of every layer. */
  layers: number;
  heads: number;
  neurons: number;
  /** Directions of the hidden states to remove; heads go with them for which there is no room any more. */
  hidden: number;
}

export interface PruneReport {
  parameters: { before: number; after: number };
  /** By their numbers in the model that was pruned. */
  removedLayers: number[];
  /** By the layers that are left: heads that each still has. */
  headsLeft: number[];
  hiddenSize: number;
  intermediateSize: number;
  /** Mean over the labels of the sentences. */
  loss: { before: number; after: number };
}

/**
 * Removes from a model what matters least to the loss of sentences: layers first, each time the one without which the loss is
 * lowest; then heads and neurons by importance; then the directions of the hidden states that are shortest. The matrices that are left are smaller; train on, or distil into the result, to win
 * back what it cost.
 *
 * @throws InputError where there is not so much to remove
 */
export async function pruneStructure(
  folder: string,
  out: string,
  options: PruneOptions,
  progress: Progress = silentProgress,
): Promise<PruneReport> {
  if (resolve(folder) === resolve(out))
    throw new InputError(`${out}: is the model's own folder; choose another one for the pruned model`);
  refuseTooMuch(readEncoderConfiguration(folder), options, folder);
  return withTask(labelTaskOf(folder), (task) => pruneTask(task, folder, out, options, progress));
}

async function pruneTask<Item, Example extends { inputIds: Int32Array }, Model extends LabelNetwork>(
  task: Task<Item, Example, Model>,
  folder: string,
  out: string,
  options: PruneOptions,
  progress: Progress,
): Promise<PruneReport> {
  const model = task.load(folder);
  const { configuration } = model;
  const lossOptions = { ...DEFAULT_TRAINING, loss: options.loss };
  /** Does something with a network that lives no longer than that. */
  const during = async <T>({ encoder, tensors }: Network, work: (model: Model) => T | Promise<T>) => {
    const built = task.build({ ...configuration, encoder }, folder, tensors);
    try {
      return await work(built);
    } finally {
      built.dispose();
    }
  };
  const objectiveFor = (network: Model) => objectiveOf(task, network, lossOptions);

  const original: Network = { encoder: configuration.encoder, tensors: model.parameters.snapshot() };
  const before = model.parameters.count;
  model.dispose();
  const examples = await drawExamples(task, model, options);
  const lossOf = (network: Network) => during(network, (built) => meanLoss(objectiveFor(built), examples));
  let network = original;
  let remaining = range(original.encoder.layers);
  const removedLayers: number[] = [];
  while (removedLayers.length < options.layers) {
    const losses = [];
    for (const layer of range(network.encoder.layers)) {
      losses.push(await lossOf(removeLayers(network, [layer])));
      progress.update(layer + 1, network.encoder.layers, 'layers');
    }
    const [least] = leastOf(Float64Array.from(losses), 1);
    network = removeLayers(network, [least]);
    removedLayers.push(remaining[least]);
    remaining = remaining.filter((_, index) => index !== least);
  }
  const hiddenSize = original.encoder.hiddenSize - options.hidden;
  if (options.heads + options.neurons + options.hidden > 0) {
    const importance = await during(network, (built) =>
      measureImportance(built, objectiveFor(built), examples, (done) =>
        progress.update(done, examples.length, 'sentences'),
      ),
    );
    const room = roomForHeads(original.encoder, hiddenSize);
    network = removeHeads(network, leastHeads(importance.heads, options.heads, room));
    const neurons = importance.neurons.map((own) => leastOf(own, options.neurons));
    if (options.neurons > 0) network = removeNeurons(network, neurons);
  }
  if (options.hidden > 0) {
    const states = await during(network, (built) =>
      observeStates(built, examples, (done) => progress.update(done, examples.length, 'sentences')),
    );
    network = narrowHidden(network, basisOf(states, hiddenSize));
  }
  progress.end();
  const { encoder } = network;
  const loss = { before: await lossOf(original), after: await lossOf(network) };
  return during(network, (pruned) => {
    const report: PruneReport = {
      parameters: { before, after: pruned.parameters.count },
      removedLayers,
      headsLeft: range(encoder.layers).map((layer) => headsOfLayer(encoder, layer)),
      hiddenSize,
      intermediateSize: encoder.intermediateSize,
      loss,
    };
    pruned.save(out);
    writeFileAtomically(join(out, 'prune.json'), `${JSON.stringify(report, null, 2)}\n`);
    return report;
  });
}

/** @throws InputError where more is to go than there is, or nothing */
function refuseTooMuch(encoder: EncoderConfiguration, options: PruneOptions, folder: string): void {
  const { layers, heads, neurons, hidden } = options;
  if (layers + heads + neurons + hidden === 0)
    throw new InputError('nothing is to be pruned; give --layers, --heads, --neurons or --hidden');
  if (layers >= encoder.layers)
    throw new InputError(
      `${folder}: ${layers} layers cannot be removed of ${encoder.layers}, one has to stay; choose fewer`,
    );
  // Which layers go is not known yet: there may be as few heads as in the layers that have fewest.
  const byLayer = range(encoder.layers).map((layer) => headsOfLayer(encoder, layer) - 1);
  const fewest = byLayer.sort((one, other) => one - other).slice(0, encoder.layers - layers);
  const most = fewest.reduce((sum, own) => sum + own, 0);
  if (heads > most)
    throw new InputError(
      `${folder}: ${heads} heads cannot be removed, ${most} at most, since each layer keeps one; choose fewer`,
    );
  if (neurons >= encoder.intermediateSize)
    throw new InputError(
      `${folder}: ${neurons} neurons cannot be removed of ${encoder.intermediateSize} in each layer; choose fewer`,
    );
  const left = encoder.hiddenSize - hidden;
  const headSize = encoder.hiddenSize / encoder.attentionHeads;
  if (left < headSize || left % headSize !== 0)
    throw new InputError(
      `${folder}: a hidden size of ${encoder.hiddenSize} less ${hidden} is ${left}, which heads of ${headSize} do not fill; remove a multiple of ${headSize}, and leave one`,
    );
  // At equal sizes the architecture has no projection between the two, and what ours does would be lost.
  if (hidden > 0 && encoder.embeddingSize !== encoder.hiddenSize && left === encoder.embeddingSize)
    throw new InputError(
      `${folder}: a hidden size of ${left} is that of the embeddings, whose projection would have no place; remove ${hidden - headSize} or ${hidden + headSize}`,
    );
}

async function drawExamples<Item, Example extends { inputIds: Int32Array }, Model extends LabelNetwork>(
  task: Task<Item, Example, Model>,
  model: Model,
  { data, sentences, seed }: PruneOptions,
): Promise<Example[]> {
  const labelled = data
    .flatMap((file) => task.read(file))
    .filter((item) => task.labelsOf([item]).some((label) => model.configuration.labels.includes(label)));
  const drawn = createRandom(seed).shuffle(labelled).slice(0, sentences);
  const { examples } = await task.prepare(drawn, new Tokenizer(model.source), model);
  if (examples.length === 0)
    throw new InputError(
      `${data.join(', ')}: no ${task.items} with labels of the model to judge by what matters; name files that hold some`,
    );
  return examples;
}

/** Sentences whose loss is computed at once. */
const AT_ONCE = 16;

/** Mean over all known labels, computed in batches of similar length. */
function meanLoss<Example extends { inputIds: Int32Array }>(
  objective: Objective<Example>,
  examples: readonly Example[],
): number {
  const random = createRandom(0);
  const byLength = [...examples].sort((one, other) => one.inputIds.length - other.inputIds.length);
  let sum = 0;
  for (let start = 0; start < byLength.length; start += AT_ONCE) {
    const part = byLength.slice(start, start + AT_ONCE);
    const [loss] = tidy(() =>
      download(objective.loss(new Tape(false), objective.parameters.read(), part, random, 0)),
    );
    sum += loss * objective.weight(part);
  }
  return sum / objective.weight(examples);
}
