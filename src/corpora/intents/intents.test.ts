import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { mirrorFolder } from '../../foundation';
import { loadIntents } from './load';
import { INTENT_DOMAINS, INTENTS } from './names';

const root = mkdtempSync(join(tmpdir(), 'falconframes-intents-'));
after(() => rmSync(root, { recursive: true }));

const whole = {
  train: [['roll a die', 'roll_dice']],
  oos_train: [['in data_full alone', 'oos']],
  val: [['flip a coin', 'flip_coin']],
  oos_val: [['why is it so', 'oos']],
  test: [['one die please', 'roll_dice']],
  oos_test: [['who was first', 'oos']],
};
let folders = 0;
/** Writes both files into a folder of its own. */
function folderOf(full: unknown, plus: unknown = { oos_train: [['what is a lathe', 'oos']] }): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries({ data_full: full, data_oos_plus: plus }))
    writeFileSync(
      join(folder, `${name}.json`),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  return folder;
}
const refuses = (folder: string, message: RegExp) =>
  assert.rejects(loadIntents({ folder }), { name: 'InputError', message });

describe('names of intents', () => {
  it('has 150 intents in ten domains of fifteen, and one for queries out of scope, by id', () => {
    assert.equal(INTENTS.length, 151);
    assert.deepEqual(
      [0, 40, 42, 61, 133, 150].map((id) => INTENTS[id]),
      ['restaurant_reviews', 'car_rental', 'oos', 'translate', 'transfer', 'change_volume'],
    );
    const sizes = new Map<string | null, number>();
    for (const domain of Object.values(INTENT_DOMAINS)) sizes.set(domain, (sizes.get(domain) ?? 0) + 1);
    assert.equal(sizes.get(null), 1);
    assert.deepEqual(
      [...sizes].filter(([domain]) => domain !== null).map(([, size]) => size),
      Array(10).fill(15),
    );
  });
});

describe('loadIntents of a folder', () => {
  it('takes the out-of-scope training queries from the file of plus, and labels in the order of ids', async () => {
    const folder = folderOf(whole);
    const { train, dev, test, labels, title, kind } = await loadIntents({ folder, data: 'gold' });
    const query = (text: string, label: string) => ({ text, labels: [label], several: false });
    assert.deepEqual(train, [query('roll a die', 'roll_dice'), query('what is a lathe', 'oos')]);
    assert.deepEqual(dev, [query('flip a coin', 'flip_coin'), query('why is it so', 'oos')]);
    assert.deepEqual(test, [query('one die please', 'roll_dice'), query('who was first', 'oos')]);
    assert.deepEqual(labels, ['flip_coin', 'oos', 'roll_dice']);
    assert.deepEqual([kind, title], ['folder', '6 queries of no published set']);
  });

  it('skips and names empty queries', async () => {
    const folder = folderOf({ ...whole, train: [['  ', 'weather'], ...whole.train] });
    const { train, skipped } = await loadIntents({ folder });
    assert.equal(train.length, 2);
    assert.deepEqual(skipped, [`${join(folder, 'data_full.json')}, "train" row 1: the query is empty`]);
  });

  it('names file, list and row of a name that is no intent, or of a row that is no pair', async () => {
    const unknown = (name: unknown) => folderOf({ ...whole, val: [...whole.val, ['hello', name]] });
    await refuses(
      unknown('greetings'),
      /data_full\.json, "val" row 2: "greetings" is not one of CLINC150's 151 intents; correct the name/,
    );
    for (const name of ['constructor', '__proto__', 42, null, ['oos']])
      await refuses(unknown(name), /"val" row 2: .* is not one of CLINC150's 151 intents/);
    for (const row of ['roll a die', ['roll a die'], [1, 'oos'], ['a', 'oos', 'b'], {}, null])
      await refuses(folderOf({ ...whole, test: [row] }), /"test" row 1: is not a pair of query and intent/);
  });

  it('names a missing file, list or part, and what is not JSON', async () => {
    await refuses(join(root, 'nowhere'), /nowhere.data_full\.json/);
    await refuses(folderOf({ ...whole, test: undefined }), /data_full\.json: has no list "test"; restore it/);
    await refuses(folderOf({ ...whole, val: [], oos_val: [] }), /the dev part has no query/);
    await refuses(folderOf('{"train": ['), /data_full\.json: not valid JSON/);
    await refuses(folderOf([]), /data_full\.json: holds .*a file of CLINC150 is a JSON object/);
  });
});

describe('loadIntents without a folder', () => {
  it('the sample has eight intents and queries out of scope in each part', async () => {
    const { train, dev, test, labels, kind, title, skipped } = await loadIntents({ data: 'sample' });
    assert.deepEqual([kind, title, skipped], ['sample', 'sample', []]);
    assert.equal(labels.length, 9);
    for (const part of [train, dev, test])
      assert.deepEqual(new Set(part.flatMap((query) => query.labels)), new Set(labels));
    const texts = [...train, ...dev, ...test].map(({ text }) => text);
    assert.equal(new Set(texts).size, texts.length);
  });

  it('the mirror has CLINC150 plus', { skip: !mirrorFolder() }, async () => {
    const { train, dev, test, labels, kind, title } = await loadIntents({ data: 'gold' });
    assert.deepEqual([kind, title], ['mirror', 'CLINC150 plus']);
    assert.deepEqual([train.length, dev.length, test.length], [15_250, 3100, 5500]);
    assert.deepEqual(labels, INTENTS);
    assert.deepEqual(
      [0, 42].map((row) => INTENTS.indexOf(test[row].labels[0] as (typeof INTENTS)[number])),
      [61, 133],
    );
  });
});
