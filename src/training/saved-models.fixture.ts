/** Helper for `bench -- saved-models`: small networks of every kind, how they are trained, saved and loaded again. */
import { createRandom } from '../foundation';
import {
  type LabelOutcome,
  Model,
  readEncoderConfiguration,
  readHead,
  SequenceClassifier,
  savedLabels,
  type Tensor,
  TokenClassifier,
  type Trainable,
} from '../nn';
import { networkFixture, networkFixtureNames } from '../nn/network.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import type { Objective } from '../tasks';
import { classificationObjective, maskingObjective, taggingObjective } from '../tasks';
import { DEFAULT_TRAINING } from './configuration';
import { train } from './trainer';

const LABELS = ['process', 'component', 'function'];
const OPTIONS = { ...DEFAULT_TRAINING, epochs: 2, batchSize: 4, learningRate: 1e-3, checkpointMinutes: 60 };
const TAGGER = {
  scheme: 'bio',
  labels: ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'],
  maximumLength: 16,
  threshold: 0.5,
} as const;

export interface Inputs {
  inputIds: Int32Array; // [length]
}

/** A network for the round trip. */
export interface Traveller {
  name: string;
  /** Trains it, and saves its folder. */
  train(folder: string): Promise<void>;
  load(folder: string): Trainable & { dispose(): void };
  /** Whether an output belongs to a token, or to a whole sequence. */
  perToken: boolean;
  /** The names and the `problem_type` expected in Python; not checked for a vocabulary. */
  labels?: readonly string[];
  problem: string | null;
  /** Converts Python's logits to those of the network here. */
  ours(logits: readonly number[]): readonly number[];
}

const random = createRandom(2);
export const inputs: readonly Inputs[] = Array.from({ length: 16 }, (_, row) => ({
  inputIds: Int32Array.of(2, ...Array.from({ length: 3 + (row % 6) }, () => 5 + random.below(70)), 3),
}));

async function trainAndDispose<Example extends Inputs>(
  model: { dispose(): void },
  task: Objective<Example>,
  folder: string,
  complete: (one: Inputs, row: number) => Example,
): Promise<void> {
  await train({
    task,
    examples: inputs.map(complete),
    options: OPTIONS,
    folder,
    replicas: 1,
    precision: 'float32',
    evaluate: async () => ({ loss: 0, score: 0 }),
  });
  model.dispose();
}

/** The wide weights of a fixture. */
function tensorsOf(source: string): ReadonlyMap<string, Tensor> {
  const model = Model.load(source);
  const tensors = model.parameters.snapshot();
  model.dispose();
  return tensors;
}

/** A text classifier, or an exclusive tagger whose tags are the labels. */
function classifier(name: string, network: string, outcome: LabelOutcome): Traveller {
  const { folder: source } = networkFixture(network);
  const encoder = readEncoderConfiguration(source);
  const shape = { encoder, labels: LABELS, maximumLength: 16, threshold: 0.5 };
  const common = { name, labels: LABELS, ours: (logits: number[]) => logits };
  if (readHead(source).kind === 'tokens') {
    const complete = ({ inputIds }: Inputs) => ({
      inputIds,
      labels: Uint8Array.from({ length: inputIds.length * LABELS.length }, (_, place) => {
        const id = inputIds[Math.floor(place / LABELS.length)];
        return id >= 5 && id % 3 === place % LABELS.length ? 1 : 0;
      }),
      known: new Uint8Array(inputIds.length * LABELS.length).fill(1),
    });
    return {
      ...common,
      train: (folder) => {
        const tagSet = { scheme: 'exclusive', tags: LABELS } as const;
        const model = new TokenClassifier({ ...shape, ...tagSet }, tinyBertFolder, tensorsOf(source));
        return trainAndDispose(model, taggingObjective(model, DEFAULT_TRAINING), folder, complete);
      },
      load: TokenClassifier.load,
      perToken: true,
      problem: null,
    };
  }
  const targets = (row: number) =>
    Int32Array.from(outcome === 'one' ? [row % 3] : [row % 2, row % 3 === 0 ? 1 : 0, 1]);
  return {
    ...common,
    train: (folder) => {
      const model = new SequenceClassifier({ ...shape, outcome }, tinyBertFolder, tensorsOf(source));
      const task = classificationObjective(model, DEFAULT_TRAINING);
      return trainAndDispose(model, task, folder, (one, row) => ({ ...one, targets: targets(row) }));
    },
    load: SequenceClassifier.load,
    perToken: false,
    problem: `${outcome === 'one' ? 'single' : 'multi'}_label_classification`,
  };
}

function languageModel(name: string): Traveller {
  const { folder: source } = networkFixture(name);
  return {
    name,
    train: (folder) => {
      const model = Model.load(source);
      const { vocabularySize } = model.encoder;
      const words = { maskId: 4, vocabularySize, specialIds: new Set([0, 1, 2, 3, 4]) };
      return trainAndDispose(model, maskingObjective(model, words, tinyBertFolder), folder, (one) => one);
    },
    load: Model.load,
    perToken: true,
    problem: null,
    ours: (logits) => logits,
  };
}

/** A tagger has no output for `O` here: its logits are those of Python minus that of `O`. */
function tagger(name: string, network: string): Traveller {
  const labels = [...savedLabels(TAGGER)];
  const outputs = labels.length - 1;
  const complete = ({ inputIds }: Inputs) => ({
    inputIds,
    labels: Uint8Array.from({ length: inputIds.length * outputs }, (_, place) =>
      inputIds[Math.floor(place / outputs)] % outputs === place % outputs ? 1 : 0,
    ),
    known: new Uint8Array(inputIds.length * outputs).fill(1),
  });
  return {
    name,
    train: (folder) => {
      const drawn = TokenClassifier.fromEncoder(networkFixture(network).folder, TAGGER, 1);
      const tensors = drawn.parameters.snapshot();
      drawn.dispose();
      const head = tensors.get('classifier.weight')!.data;
      for (let place = 0; place < head.length; place++) head[place] *= 15; // from a deviation of 0.02 to the fixtures' 0.3
      const model = new TokenClassifier(drawn.configuration, tinyBertFolder, tensors);
      return trainAndDispose(model, taggingObjective(model, DEFAULT_TRAINING), folder, complete);
    },
    load: TokenClassifier.load,
    perToken: true,
    labels,
    problem: null,
    ours: (logits) =>
      logits.flatMap((logit, place) =>
        place % labels.length === 0 ? [] : [logit - logits[place - (place % labels.length)]],
      ),
  };
}

/** Every encoder with every head, sequence classifiers with either outcome, and taggers. */
export function travellers(): Traveller[] {
  return networkFixtureNames().flatMap((name) => {
    if (name.endsWith('vocabulary')) return [languageModel(name)];
    const plain = classifier(name, name, 'one');
    if (name.endsWith('sequence')) return [plain, classifier(`${name}, several labels`, name, 'several')];
    return [plain, tagger(name.replace('tokens', 'tagger'), name)];
  });
}
