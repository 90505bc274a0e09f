import type { DeviceTensor, LabelNetwork, Tensor, ViewClasses } from '../nn';
import type { LabelScheme, Threshold, Tokenizer, WordRule } from '../tokenization';
import type { Loss, LossOptions } from './losses';
import type { Evaluation } from './objective';

/** The settings of a training that a task reads. */
export interface TaskSettings extends LossOptions {
  scheme: LabelScheme;
  words: WordRule;
  maximumLength: number;
  threshold: Threshold;
  /** Ways to see a tagger's labels: classes by view, each with its labels. */
  views: Readonly<Record<string, ViewClasses>>;
  /** Copies of training sentences with other mentions, by label. */
  variations: Readonly<Record<string, number>>;
  /** Labels of `variations` whose mentions are rewritten in their own notation. */
  rewritten: readonly string[];
  seed: number;
}

/** What becomes of data: windows to learn from, and what was lost on the way, in sentences for people. */
export interface Prepared<Example> {
  examples: Example[];
  notices: string[];
}

/**
 * The mean loss of a batch's logits. The mean is over what `weight` counts; `overAll`, over all that could be known, so that examples count
 * alike whatever is known of them.
 */
export type TaskLoss<Example> = (
  logits: DeviceTensor,
  examples: readonly Example[],
  options?: { overAll: boolean },
) => Loss;

/** What the outputs of a network exclude: groups of neighbouring outputs, with or without a silent "outside" whose logit is 0. */
export interface OutcomeGroups {
  size: number;
  outside: boolean;
}

/**
 * What a network is trained for: how data becomes examples, the loss, the scores, how the head is made and saved. The recipe,
 * distillation and pruning know no task but by this.
 */
export interface Task<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork> {
  readonly name: 'tagging' | 'classification';
  /** What an item is called, in the plural. */
  readonly items: string;
  /** @throws InputError with file and line for what is no item */
  read(path: string): Item[];
  /** The labels that items have or were looked for, in the order in which they first appear. */
  labelsOf(items: readonly Item[]): string[];
  /** How often each label occurs. */
  countLabels(items: readonly Item[]): ReadonlyMap<string, number>;
  /**
   * What speaks against learning from such data, as an InputError; and, as sentences, what the user should know.
   *
   * @param place what the training items are, for messages
   */
  check(train: readonly Item[], labels: readonly string[], settings: TaskSettings, place: string): string[];
  /** Further items made of those there are. */
  vary(items: readonly Item[], settings: TaskSettings): Item[];
  /** Items made of a paragraph of which nothing is known. @param place names it */
  unlabelled(paragraph: string, place: string): Item[];
  /** An encoder with a fresh head for the labels, drawn by the seed. */
  create(encoder: string, labels: readonly string[], items: readonly Item[], settings: TaskSettings): Network;
  load(folder: string): Network;
  /** The same kind of network with other values. */
  build(
    configuration: Network['configuration'],
    source: string,
    tensors: ReadonlyMap<string, Tensor>,
  ): Network;
  prepare(items: readonly Item[], tokenizer: Tokenizer, network: Network): Promise<Prepared<Example>>;
  /** Where the logits of an example stand: a row for each token of its window, or one for the text. */
  readonly rows: 'tokens' | 'text';
  /** The loss of a batch's logits // logits [batch * length, outputs] or [batch, labels] */
  loss(options: LossOptions, configuration: Network['configuration']): TaskLoss<Example>;
  weight(examples: readonly Example[], configuration: Network['configuration'], options: LossOptions): number;
  groups(options: LossOptions, configuration: Network['configuration']): OutcomeGroups;
  /** How good a network is on items that it does not learn from. @throws InputError where they cannot tell */
  judge(
    items: readonly Item[],
    tokenizer: Tokenizer,
    network: Pick<Network, 'configuration'>,
    options: LossOptions,
  ): (network: Pick<Network, 'score'>) => Promise<Evaluation>;
}
