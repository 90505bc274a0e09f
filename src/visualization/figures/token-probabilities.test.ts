import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { LABEL_COLOURS, withOpacity } from '../palette';
import { tokenProbabilities } from './token-probabilities';

const none = [0, 0, 0, 0];
const sentence = {
  tokens: ['<i>HeLa', 'cells', 'with', 'V600E'],
  probabilities: {
    'Gene Mutations': [0, 0.5, 0.1, 0.9],
    Cell: none,
    'Cell Line': [0.9, 0.2, 0, 0],
    'Organ Tissue': none,
  },
  gold: {
    'Gene Mutations': [false, false, false, true],
    Cell: null,
    'Cell Line': [true, true, false, false],
    'Organ Tissue': [false, false, false, false],
  },
  threshold: 0.5,
};

test('probabilities are drawn by class, strong from the threshold on', () => {
  const { data } = tokenProbabilities(sentence);
  assert.deepEqual(
    data.map(({ y }) => y),
    Object.values(sentence.probabilities),
  );
  const [pale, strong] = [0.45, 1].map((opacity) => withOpacity(LABEL_COLOURS[0], opacity));
  assert.deepEqual(data[0].marker, { color: [pale, strong, pale, strong] });
});

test('gold mentions are shaded over all their tokens', () => {
  const shaded = (tokenProbabilities(sentence).layout.shapes as Record<string, unknown>[]).filter(
    ({ type }) => type === 'rect',
  );
  assert.deepEqual(
    shaded.map(({ xref, x0, x1 }) => [xref, x0, x1]),
    [
      ['x', 2.5, 3.5],
      ['x3', -0.5, 1.5],
    ],
  );
});

test('the reading counts only tokens of annotated classes and names the others', () => {
  const { reading, layout } = tokenProbabilities(sentence);
  assert.match(reading, /Of 3 gold tokens 2 are found and 1 missed; 1 is predicted without gold/);
  assert.match(reading, /Cell: not annotated in this source/);
  assert.equal(layout.annotations!.filter(({ text }) => /no gold to compare/.test(String(text))).length, 1);
});

test('tokens are shown as text, not markup', () => {
  const { ticktext } = tokenProbabilities(sentence).layout.xaxis4 as { ticktext: string[] };
  assert.deepEqual(ticktext, ['&lt;i&gt;HeLa', 'cells', 'with', 'V600E']);
});

test('values whose number differs from the tokens are refused', () => {
  const short = { ...sentence, probabilities: { ...sentence.probabilities, Cell: [0.1] } };
  assert.throws(() => tokenProbabilities(short), InputError);
});
