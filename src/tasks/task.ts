import type { DeviceTensor, LabelNetwork, Tensor, ViewClasses } from '../nn';
import type {
  EncodedText,
  LabelScheme,
  TagSet,
  Threshold,
  Tokenizer,
  Window,
  WordRule,
} from '../tokenization';
import type { Loss, LossOptions } from './losses';
import type { Evaluation } from './objective';

/** The training settings that a task reads. */
export interface TaskSettings extends LossOptions {
  scheme: LabelScheme;
  words: WordRule;
  maximumLength: number;
  threshold: Threshold;
  /** Views of a tagger's labels: classes by view, each with its labels. */
  views: Readonly<Record<string, ViewClasses>>;
  /** Number of copies of training sentences with replaced mentions, by label. */
  variations: Readonly<Record<string, number>>;
  /** Labels of `variations` whose mentions are rewritten in the same notation. */
  rewritten: readonly string[];
  /** Share of the rewritten mentions that are spelled out. */
  spelledOut: number;
  seed: number;
}

/** Prepared data: windows to learn from, and messages for the user about what was lost. */
export interface Prepared<Example> {
  examples: Example[];
  notices: string[];
}

/** An item as a network reads it: the tokens of its text, and the windows cut from them. */
export interface EncodedItem {
  encoded: EncodedText;
  windows: Window[];
}

/**
 * Mean loss of a batch's logits. The mean is over what `weight` counts, or with `overAll` over all that could be known, so that
 * examples count equally whatever is known of them.
 */
export type TaskLoss<Example> = (
  logits: DeviceTensor,
  examples: readonly Example[],
  options?: { overAll: boolean },
) => Loss;

/** Mutually exclusive outputs of a network: groups of adjacent outputs, with or without an implicit "outside" whose logit is 0. */
export interface OutcomeGroups {
  size: number;
  outside: boolean;
}

/**
 * What a network is trained for: how data becomes examples, the loss, the scores, how the head is created and saved. The recipe,
 * distillation and pruning use tasks only through this interface.
 */
export interface Task<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork> {
  readonly name: 'tagging' | 'classification';
  /** Plural name of the items. */
  readonly items: string;
  /** @throws InputError with file and line for a malformed item */
  read(path: string): Item[];
  /** Returns the labels that items have or were annotated for, in order of first appearance. */
  labelsOf(items: readonly Item[]): string[];
  /** Returns the number of occurrences of each label. */
  countLabels(items: readonly Item[]): ReadonlyMap<string, number>;
  /**
   * Returns messages about the data for the user.
   *
   * @param place names the training items in messages
   * @throws InputError if nothing can be learned from the data
   */
  check(train: readonly Item[], labels: readonly string[], settings: TaskSettings, place: string): string[];
  /** Returns additional items derived from these. */
  vary(items: readonly Item[], settings: TaskSettings): Item[];
  /** Makes unlabelled items from a paragraph. @param place names it */
  unlabelled(paragraph: string, place: string): Item[];
  /** Creates an encoder with a new head for the labels, initialized from the seed. */
  create(encoder: string, labels: readonly string[], items: readonly Item[], settings: TaskSettings): Network;
  /** Creates an encoder with a new head for the outputs of an existing network, initialized from the seed. */
  createLike(encoder: string, configuration: Network['configuration'], seed: number): Network;
  load(folder: string): Network;
  /** Reads the configuration of a saved network alone. */
  readConfiguration(folder: string): Network['configuration'];
  /** Creates the same kind of network with other values. */
  build(
    configuration: Network['configuration'],
    source: string,
    tensors: ReadonlyMap<string, Tensor>,
  ): Network;
  /** Tokenizes items, each into the windows that `prepare` makes examples of, in the same order. */
  encode(
    items: readonly Item[],
    tokenizer: Tokenizer,
    configuration: Network['configuration'],
  ): Promise<EncodedItem[]>;
  prepare(items: readonly Item[], tokenizer: Tokenizer, network: Network): Promise<Prepared<Example>>;
  /** Rows of the logits of an example: one for each token of its window, or one for the text. */
  readonly rows: 'tokens' | 'text';
  /** Returns what the outputs for a token mean; undefined if there is one row for the text. */
  tagSet(configuration: Network['configuration']): TagSet | undefined;
  /** Returns the loss of a batch's logits // logits [batch * length, outputs] or [batch, labels] */
  loss(options: LossOptions, configuration: Network['configuration']): TaskLoss<Example>;
  weight(examples: readonly Example[], configuration: Network['configuration'], options: LossOptions): number;
  groups(options: LossOptions, configuration: Network['configuration']): OutcomeGroups;
  /** Evaluates a network on held-out items. @throws InputError if they do not allow a decision */
  judge(
    items: readonly Item[],
    tokenizer: Tokenizer,
    network: Pick<Network, 'configuration'>,
    options: LossOptions,
  ): (network: Pick<Network, 'score'>) => Promise<Evaluation>;
}
