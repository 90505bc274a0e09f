import { outputNames } from '../tokenization';
import { readClassifierConfiguration, readConfiguration, readTask } from './configuration';
import { readEncoderConfiguration } from './encoder-configuration';
import { encoderOf, type LabelNetwork } from './model';
import {
  countNumbers,
  definitionOf,
  type EncoderConfiguration,
  encoderParameterShapes,
  type Head,
  headParameterShapes,
  parameterShapes,
} from './networks';
import { sizeOf } from './stored-tensor';

/** A module of a network, with those inside it. */
export interface ModuleSummary {
  /** As in Python, below its parent; equal layers that follow each other are one module, such as `layer.0-11`. */
  name: string;
  /** Number of equal modules that it stands for. */
  count: number;
  /** Of one of them, with the modules inside. */
  parameters: number;
  /** Of the tensors that are directly in it, such as `weight` [outputs, inputs]. */
  shapes: Readonly<Record<string, readonly number[]>>;
  children: readonly ModuleSummary[];
}

/** The modules of a network and the number of its parameters, all of which are trainable. */
export interface ModelSummary {
  modules: readonly ModuleSummary[];
  parameters: number;
  /** Parameters of the table of word embeddings. */
  wordEmbeddings: number;
}

/** Parameters of a part of a network. */
export interface ParameterRow {
  /** `other embeddings` are those of positions and token types, with their norm; `head` includes the pooler. */
  part: 'word embeddings' | 'other embeddings' | 'layers' | 'head';
  parameters: number;
  /** Fraction of all parameters, 0 to 1. */
  share: number;
}

/**
 * A model folder, of which only config.json is read; a loaded network; or a configuration, with a head or without. A tagger's saved
 * row for `O`, which is zeros if labels may overlap, is not a parameter, and neither is the pooler of an encoder without a head.
 */
export type SummarizedModel = string | LabelNetwork | { encoder: EncoderConfiguration; head?: Head };

/**
 * Returns the modules of a model with their shapes and numbers of parameters.
 *
 * @throws InputError if config.json cannot be read or describes an unknown network
 *
 * @example summarizeModel('models/falconframes-small').parameters; // 2882604
 */
export function summarizeModel(model: SummarizedModel): ModelSummary {
  const { encoder, head } = shapeOf(model);
  const shapes = head ? parameterShapes(encoder, head) : encoderParameterShapes(encoder);
  const entries = [...shapes].map(([name, shape]): Entry => [name.split('.'), shape]);
  const { children: modules, parameters } = summarizeModule('', entries);
  return { modules, parameters, wordEmbeddings: sizeOf(shapes.get(wordTableOf(encoder))!) };
}

/**
 * Returns how the parameters of a model are distributed over its parts.
 *
 * @throws InputError if config.json cannot be read or describes an unknown network
 *
 * @example parameterRows('models/falconframes-small')[0]; // { part: 'word embeddings', parameters: 2112000, share: 0.73 }
 */
export function parameterRows(model: SummarizedModel): ParameterRow[] {
  const { encoder, head } = shapeOf(model);
  const shapes = encoderParameterShapes(encoder);
  const wordTable = wordTableOf(encoder);
  // ELECTRA's projection of its embeddings has a name of its own.
  const embeddings = `${definitionOf(encoder).prefix}.embeddings`;
  const count = (isIn: (name: string) => boolean) =>
    countNumbers(new Map([...shapes].filter(([name]) => isIn(name))));
  const parts: [ParameterRow['part'], number][] = [
    ['word embeddings', count((name) => name === wordTable)],
    ['other embeddings', count((name) => name.startsWith(embeddings) && name !== wordTable)],
    ['layers', count((name) => !name.startsWith(embeddings))],
  ];
  if (head) parts.push(['head', countNumbers(headParameterShapes(encoder, head))]);
  const total = parts.reduce((sum, [, parameters]) => sum + parameters, 0);
  return parts.map(([part, parameters]) => ({ part, parameters, share: parameters / total }));
}

const wordTableOf = (encoder: EncoderConfiguration): string =>
  `${definitionOf(encoder).prefix}.embeddings.word_embeddings.weight`;

function shapeOf(model: SummarizedModel): { encoder: EncoderConfiguration; head?: Head } {
  if (typeof model === 'string') return { encoder: readEncoderConfiguration(model), head: headOf(model) };
  return { encoder: encoderOf(model), head: model.head };
}

function headOf(folder: string): Head | undefined {
  switch (readTask(folder)) {
    case 'tagging':
      return { kind: 'tokens', labels: outputNames(readConfiguration(folder)) };
    case 'classification':
      return { kind: 'sequence', labels: readClassifierConfiguration(folder).labels };
    case 'masked-words':
      return { kind: 'vocabulary' };
    case undefined:
      return undefined;
  }
}

/** A tensor, its name split at the dots. */
type Entry = readonly [path: readonly string[], shape: readonly number[]];

function summarizeModule(name: string, entries: readonly Entry[]): ModuleSummary {
  const own = entries.filter(([path]) => path.length === 1);
  const children = byFirstName(entries).flatMap(([child, inside]) =>
    inside.every(([path]) => path.length > 1 && /^\d+$/.test(path[0]))
      ? foldEqual(byFirstName(inside).map(([index, layer]) => summarizeModule(`${child}.${index}`, layer)))
      : [summarizeModule(child, inside)],
  );
  return {
    name,
    count: 1,
    parameters: entries.reduce((sum, [, shape]) => sum + sizeOf(shape), 0),
    shapes: Object.fromEntries(own.map(([[tensor], shape]) => [tensor, shape])),
    children,
  };
}

/** Groups tensors inside modules by the module's name, which is taken off. */
function byFirstName(entries: readonly Entry[]): [string, Entry[]][] {
  const groups = new Map<string, Entry[]>();
  for (const [[first, ...rest], shape] of entries) {
    if (rest.length === 0) continue;
    const group = groups.get(first) ?? [];
    group.push([rest, shape]);
    groups.set(first, group);
  }
  return [...groups];
}

/** Folds neighbours that differ only in their number // layer.0, layer.1, layer.2 -> layer.0-2 */
function foldEqual(layers: readonly ModuleSummary[]): ModuleSummary[] {
  const runs: ModuleSummary[][] = [];
  const contentOf = ({ shapes, children }: ModuleSummary) => JSON.stringify([shapes, children]);
  for (const layer of layers) {
    const run = runs.at(-1);
    if (run && contentOf(run[0]) === contentOf(layer)) run.push(layer);
    else runs.push([layer]);
  }
  return runs.map((run) => {
    const [first, last] = [run[0], run[run.length - 1]];
    if (run.length === 1) return first;
    const name = `${first.name}-${last.name.slice(last.name.lastIndexOf('.') + 1)}`;
    return { ...first, name, count: run.length };
  });
}
