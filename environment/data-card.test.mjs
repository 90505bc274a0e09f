// docs/data-card.md agrees with the registry, the sources and, where they are at hand, the corpora.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cardPath, dataCard } from './data-card.mjs';
import { root } from './places.mjs';

const again = 'run node environment/data-card.mjs with FALCONFRAMES_MIRROR and look at what it changed';
const withoutCounts = (page) =>
  page.split('\n').filter((line) => line !== '' && !/^\| (?:train|dev|test) \|/.test(line));

test('the data card lists what the registry and the sources say', async () => {
  const card = readFileSync(cardPath, 'utf8');
  assert.deepEqual(withoutCounts(card), withoutCounts(await dataCard(false)), again);
  const { sources } = JSON.parse(readFileSync(join(root, 'data', 'sources.json'), 'utf8'));
  for (const name of Object.keys(sources))
    assert.match(card, new RegExp(`^(?:### |\\| )${name}\\b`, 'm'), name);
});

test('its counts are those of the corpora', {
  skip: !process.env.FALCONFRAMES_MIRROR && 'needs FALCONFRAMES_MIRROR',
}, async () => {
  assert.equal(readFileSync(cardPath, 'utf8'), await dataCard(), again);
});
