import { join, resolve } from 'node:path';
import {
  createRandom,
  InputError,
  type Progress,
  silentProgress,
  writeFileAtomically,
} from '../../foundation';
import {
  definitionOf,
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
import { leastHeads, leastOf, leastSharedHeads, measureImportance } from './importance';
import { basisOf, narrowHidden, observeStates, roomForHeads } from './narrowing';
import { type Network, range, removeHeads, removeLayers, removeNeurons } from './removal';

export interface PruneOptions {
  /** Sentences for estimating importance. */
  data: string[];
  /** At most this many, sampled with the seed. */
  sentences: number;
  seed: number;
  loss: LossName;
  /** Layers to remove, heads to remove over all layers, neurons to remove per layer. */
  layers: number;
  heads: number;
  neurons: number;
  /** Hidden dimensions to remove; heads that no longer fit are removed too. */
  hidden: number;
}

export interface PruneReport {
  parameters: { before: number; after: number };
  /** Numbered as in the original model. */
  removedLayers: number[];
  /** Remaining heads of each remaining layer. */
  headsLeft: number[];
  hiddenSize: number;
  intermediateSize: number;
  /** Mean loss over the labels of the sentences. */
  loss: { before: number; after: number };
}

/**
 * Removes the parts of a model that matter least to the loss on sentences: first layers, each time the one whose removal gives the
 * lowest loss; then heads and neurons by importance; then the hidden dimensions of least norm. Fine-tune the result, or distil into
 * it, to recover the loss in quality.
 *
 * @throws InputError if there is not that much to remove
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
  /** Runs an action with a network and disposes the network afterwards. */
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
    network = removeHeads(
      network,
      definitionOf(original.encoder).positionBias
        ? leastSharedHeads(importance.heads, original.encoder.attentionHeads - room)
        : leastHeads(importance.heads, options.heads, room),
    );
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

/** @throws InputError if nothing is to be removed, or more than there is */
function refuseTooMuch(encoder: EncoderConfiguration, options: PruneOptions, folder: string): void {
  const { layers, heads, neurons, hidden } = options;
  if (heads > 0 && definitionOf(encoder).positionBias)
    throw new InputError(
      `${folder}: all layers of the encoder (${encoder.type}) share a position bias of each head, so no layer can lose heads that others keep; give --hidden, which removes the same heads from all`,
    );
  if (layers + heads + neurons + hidden === 0)
    throw new InputError('nothing to prune; give --layers, --heads, --neurons or --hidden');
  if (layers >= encoder.layers)
    throw new InputError(
      `${folder}: cannot remove ${layers} of ${encoder.layers} layers, at least one must remain; choose fewer`,
    );
  // The layers to remove are not known yet: assume that those with the fewest heads remain.
  const byLayer = range(encoder.layers).map((layer) => headsOfLayer(encoder, layer) - 1);
  const fewest = byLayer.sort((one, other) => one - other).slice(0, encoder.layers - layers);
  const most = fewest.reduce((sum, own) => sum + own, 0);
  if (heads > most)
    throw new InputError(
      `${folder}: ${heads} heads cannot be removed, at most ${most}, since each layer keeps one; choose fewer`,
    );
  if (neurons >= encoder.intermediateSize)
    throw new InputError(
      `${folder}: cannot remove ${neurons} of ${encoder.intermediateSize} neurons per layer; choose fewer`,
    );
  const left = encoder.hiddenSize - hidden;
  const headSize = encoder.hiddenSize / encoder.attentionHeads;
  if (left < headSize || left % headSize !== 0)
    throw new InputError(
      `${folder}: a hidden size of ${encoder.hiddenSize} less ${hidden} is ${left}, not a multiple of the head width ${headSize}; remove a multiple of ${headSize}, and keep at least one head`,
    );
  // At equal sizes the architecture has no projection between the two, so the present one would be lost.
  if (hidden > 0 && encoder.embeddingSize !== encoder.hiddenSize && left === encoder.embeddingSize)
    throw new InputError(
      `${folder}: a hidden size of ${left} equals that of the embeddings, whose projection would be lost; remove ${hidden - headSize} or ${hidden + headSize}`,
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
      `${data.join(', ')}: no ${task.items} with labels of the model for estimating importance; name files that have some`,
    );
  return examples;
}

/** Sentences per batch when computing the loss. */
const AT_ONCE = 16;

/** Mean loss over all known labels, computed in batches of similar length. */
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
