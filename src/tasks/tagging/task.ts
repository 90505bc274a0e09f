import { splitSentences } from '../../corpora';
import { counted, InputError, labelsOf, readSentences, type Sentence } from '../../foundation';
import { type ModelConfiguration, readConfiguration, TokenClassifier } from '../../nn';
import { outputsPerLabel } from '../../tokenization';
import { listCounts } from '../label-counts';
import { createLoss, type LossOptions } from '../losses';
import type { Objective } from '../objective';
import { objectiveOf } from '../objective-of';
import type { Task } from '../task';
import { heldOutEvaluation } from './evaluate';
import { type Example, encodeSentences, prepareExamples, type SentenceSpan } from './examples';
import { countKnown, padTargets } from './targets';
import { varyMentions } from './variations';

/** Finds mentions: spans with labels, which may overlap, or words with one tag each (scheme `exclusive`). */
export const taggingTask: Task<Sentence, Example, TokenClassifier> = {
  name: 'tagging',
  items: 'sentences',
  rows: 'tokens',
  read: readSentences,
  labelsOf,
  countLabels: countMentions,
  check(sentences, labels, _, place) {
    if (!sentences.some(({ annotated }) => annotated.length > 0))
      throw new InputError(
        labels.length === 0
          ? `${place}: no sentence has a mention, so there is nothing to learn; give sentences with "spans"`
          : `${place}: no sentence has annotated labels ("annotated" is empty everywhere), so there is nothing to learn; list the labels in "annotated"`,
      );
    const counts = countMentions(sentences);
    if (counts.size === 0)
      throw new InputError(
        `${place}: no sentence has a mention of ${labels.join(', ')}, so there is nothing to learn; give sentences with "spans"`,
      );
    const lookedFor = new Set(sentences.flatMap(({ annotated }) => annotated));
    return labels.flatMap((label) => {
      if (counts.has(label)) return [];
      return lookedFor.has(label)
        ? `${label}: no sentence has a mention of it: the model will learn to find none`
        : `${label}: no source annotated it: its outputs are not trained`;
    });
  },
  vary: (sentences, { seed, ...variations }) => varyMentions(sentences, variations, seed),
  unlabelled: (paragraph, place) =>
    splitSentences(paragraph).map(({ start, end }) => ({
      ...{ article: place, section: '', paragraph: 0, offset: start },
      ...{ text: paragraph.slice(start, end), spans: [], annotated: [] },
    })),
  create(encoder, labels, _, { scheme, words, maximumLength, threshold, views, seed }) {
    const tagSet = { scheme, labels, ...(scheme === 'exclusive' && { words }) };
    const seen = Object.keys(views).length > 0 ? { views } : {};
    return TokenClassifier.fromEncoder(encoder, { ...tagSet, maximumLength, threshold, ...seen }, seed);
  },
  createLike: (encoder, configuration, seed) =>
    TokenClassifier.fromEncoder(encoder, configuration as ModelConfiguration, seed),
  load: (folder) => TokenClassifier.load(folder),
  readConfiguration,
  build: (configuration, source, tensors) =>
    new TokenClassifier(configuration as ModelConfiguration, source, tensors),
  encode: (sentences, tokenizer, configuration) =>
    encodeSentences(sentences, tokenizer, configuration as ModelConfiguration),
  tagSet: (configuration) => configuration as ModelConfiguration,
  async prepare(sentences, tokenizer, { configuration }) {
    const { examples, lost, widened, covered } = await prepareExamples(sentences, tokenizer, configuration);
    const notices = [];
    if (widened.length + lost.length > 0)
      notices.push(
        `${counted(widened.length, 'mention')} with a border inside a token, widened to it, and ${lost.length} without any token: ${listMentions([...widened, ...lost])}`,
      );
    if (covered.length > 0)
      notices.push(
        `${counted(covered.length, 'mention')} inside or across another one${configuration.scheme === 'exclusive' ? '' : ' of the same label'}, not learned: ${listMentions(covered)}`,
      );
    return { examples, notices };
  },
  loss(options, configuration) {
    const loss = createLoss(options, configuration as ModelConfiguration);
    return (logits, examples, { overAll } = { overAll: false }) => {
      const targets = padTargets(examples, configuration as ModelConfiguration);
      if (!overAll) return loss(logits, targets);
      const tokens = examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
      const perToken = (configuration as ModelConfiguration).scheme === 'exclusive' ? 1 : logits.shape[1];
      return loss(logits, { ...targets, knownLabels: tokens * perToken });
    };
  },
  weight: (examples, configuration) =>
    examples.reduce((sum, example) => sum + countKnown(example, configuration as ModelConfiguration), 0),
  groups({ loss }, configuration) {
    const tagSet = configuration as ModelConfiguration;
    if (tagSet.scheme === 'exclusive')
      return { size: (tagSet.tags ?? []).length || 1 + 2 * tagSet.labels.length, outside: false };
    return { size: loss === 'cross_entropy' ? outputsPerLabel(tagSet) : 1, outside: true };
  },
  judge: (sentences, tokenizer, { configuration }, { loss }) =>
    heldOutEvaluation(sentences, tokenizer, { ...configuration, loss }),
};

/** Trains a tagger on labelled windows. */
export const taggingObjective = (model: TokenClassifier, options: LossOptions): Objective<Example> =>
  objectiveOf(taggingTask, model, options);

function countMentions(sentences: readonly Sentence[]): Map<string, number> {
  return listCounts(sentences.flatMap(({ spans }) => spans.map(({ label }) => label)));
}

const MOST_LISTED = 5;

/** Lists the first mentions with the place of their sentence: file and line, or the article that its line names. */
function listMentions(mentions: readonly SentenceSpan[]): string {
  const listed = mentions.slice(0, MOST_LISTED).map(({ sentence, start, end, label }) => {
    const within = sentence.text.length > LONGEST_SHOWN ? '' : ` in "${sentence.text}"`;
    return `${sentence.article}, ${label} "${sentence.text.slice(start, end)}"${within}`;
  });
  const more = mentions.length - listed.length;
  return `${listed.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** UTF-16 code units of a sentence that is shown as a whole. */
const LONGEST_SHOWN = 80;
