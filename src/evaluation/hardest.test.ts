import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sentence } from '../foundation';
import type { EvaluationReport, TaggedText } from '../tasks';
import { BIO } from '../tokenization/tag-set.fixture';
import { sentence, span } from './gold.fixture';
import { goldProbability, hardestMentions } from './hardest';

/** One token per word; `logit` for B-Cell on every token, 0 for I-Cell, very low for the rest. */
function tagged(text: string, logit: number): TaggedText {
  const words = [...text.matchAll(/\S+/g)];
  const encoded = {
    ids: words.map(() => 1),
    starts: words.map(({ index }) => index),
    ends: words.map(({ index, 0: word }) => index + word.length),
  } as unknown as TaggedText['encoded'];
  const row = [-9, -9, logit, 0, -9, -9, -9, -9];
  return { encoded, logits: Float32Array.from(words.flatMap(() => row)), spans: [] };
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

test('the probability of a mention is the geometric mean over its tokens', () => {
  // B-Cell then I-Cell: B right and I wrong on the first, B wrong and I right on the second.
  const probability = goldProbability(span(0, 7, 'Cell'), tagged('T cells', 2), BIO);
  const [first, second] = [sigmoid(2) * 0.5, sigmoid(-2) * 0.5];
  assert.ok(Math.abs(probability - Math.sqrt(first * second)) < 1e-6);
  assert.ok(Number.isNaN(goldProbability(span(0, 1, 'Cell'), tagged('', 2), BIO)), 'no token covers it');
});

test('mentions are listed hardest first, once per text and class, with context', () => {
  const filler = 'word '.repeat(30);
  const long = `${filler}cells ${filler}end`;
  const at = filler.length;
  const sentences: [Sentence, number][] = [
    [sentence('cells', [[0, 5, 'Cell']], ['Cell']), 3],
    [sentence(long, [[at, at + 5, 'Cell']], ['Cell']), -3],
    [sentence('mice', [[0, 4, 'Cell']], ['Cell']), 1],
  ];
  const reports = { one: { tagged: sentences.map(([{ text }, logit]) => tagged(text, logit)) } };
  const found = hardestMentions(
    { one: sentences.map(([own]) => own) },
    reports as unknown as Record<string, EvaluationReport>,
    BIO,
    12,
  );
  assert.deepEqual(
    found.map(({ text, gold, outcome }) => [text.slice(gold.start, gold.end), outcome]),
    [
      ['cells', 'missed'],
      ['mice', 'missed'],
    ],
  );
  assert.ok(found[0].probability < found[1].probability);
  assert.match(found[0].text, /^… word .* word …$/);
  assert.ok(found[0].text.length < 170);
});
