import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchRankingTable } from './search-ranking';

test('settings are in the order of the search, each with its score on the whole corpora', () => {
  const trial = (rate: number, loss: string, score: number) => ({
    MODEL_NAME: 'encoder',
    LEARNING_RATE: rate,
    LOSS_TYPE: loss,
    score,
  });
  const trials = [trial(0.1, 'bce', 0.2), trial(0.1, 'focal', 0.5), trial(0.2, 'bce', 0.4)];
  const whole = [trial(0.1, 'bce', 0.6), trial(0.1, 'focal', 0.9), trial(0.3, 'bce', 1)]; // the last was not part of the search
  assert.deepEqual(searchRankingTable(trials, whole), [
    {
      'place in the search': '1 of 3',
      'learning rate': '0.1',
      loss: 'focal',
      'dev F1, search': 0.5,
      'dev F1, whole corpora': 0.9,
    },
    {
      'place in the search': '3 of 3',
      'learning rate': '0.1',
      loss: 'bce',
      'dev F1, search': 0.2,
      'dev F1, whole corpora': 0.6,
    },
  ]);
  assert.deepEqual(searchRankingTable(trials, []), []);
});
