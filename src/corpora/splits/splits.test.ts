import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LabelledText } from '../../foundation';
import { splitTexts } from './by-label';
import { splitByPosition } from './by-position';
import { keyOfText, type TextSplit } from './text-split';

const textOf = (text: string, ...labels: string[]): LabelledText => ({
  text,
  labels,
  several: labels.length !== 1,
});
/** `sizes` texts of each label. */
const textsOf = (sizes: Record<string, number>): LabelledText[] =>
  Object.entries(sizes).flatMap(([label, size]) =>
    Array.from({ length: size }, (_, index) => textOf(`${label} ${index}`, label)),
  );
const shares = { train: 0.8, dev: 0.1, test: 0.1 };
const sizesOf = ({ train, dev, test }: TextSplit) => [train.length, dev.length, test.length];

describe('splitTexts', () => {
  it('keeps the mixture of labels, with the sizes asked for', () => {
    const split = splitTexts(textsOf({ b: 300, a: 100, c: 95 }), { shares, seed: 3 });
    assert.deepEqual(sizesOf(split), [395, 50, 50]);
    assert.deepEqual(Object.keys(split.counts), ['a', 'b', 'c']);
    assert.deepEqual(split.counts.b, { train: 240, dev: 30, test: 30 });
    assert.deepEqual(split.counts.a, { train: 80, dev: 10, test: 10 });
    assert.deepEqual(split.counts.c, { train: 75, dev: 10, test: 10 });
    assert.deepEqual(split.notices, []);
  });

  it('rounds so that many rare labels still fill the parts', () => {
    const sizes = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`label ${index}`, 3]));
    const split = splitTexts(textsOf(sizes), { shares, seed: 1 });
    assert.deepEqual(sizesOf(split), [240, 30, 30]);
    assert.ok(Object.values(split.counts).every(({ train }) => train >= 1));
    assert.match(split.notices.join(), /Labels too rare for the test part \(70\): label .* and 60 more\./);
  });

  it('is settled by the seed, keeps the order of the input, and needs no dev part', () => {
    const texts = textsOf({ a: 50, b: 50 });
    const split = (seed: number) => splitTexts(texts, { shares: { train: 0.5, test: 0.5 }, seed });
    assert.deepEqual(split(1), split(1));
    assert.notDeepEqual(split(1).test, split(2).test);
    assert.deepEqual(sizesOf(split(1)), [50, 0, 50]);
    const { train } = split(1);
    assert.deepEqual(
      train,
      texts.filter((text) => train.includes(text)),
    );
    assert.notDeepEqual(train.slice(0, 25), texts.slice(0, 25), 'the choice within a label is random');
  });

  it('keeps equal texts together and says so', () => {
    const texts = [
      ...textsOf({ a: 40, b: 40 }),
      ...Array.from({ length: 20 }, (_, index) => textOf(` a   ${index}\n`, 'a')),
      textOf('b\t1', 'a'),
    ];
    const split = splitTexts(texts, { shares: { train: 0.5, test: 0.5 }, seed: 1 });
    const keys = (part: LabelledText[]) => new Set(part.map(({ text }) => keyOfText(text)));
    assert.ok([...keys(split.train)].every((key) => !keys(split.test).has(key)));
    assert.equal(keys(split.train).size, 40);
    assert.deepEqual(split.notices, [
      '21 of 101 texts repeat another one and are in the same part as it.',
      'Texts that occur under different labels: 1.',
    ]);
  });

  it('names a label whose only text repeats one of another label outside train', () => {
    const texts = textsOf({ a: 20, b: 20 });
    const notices = Array.from({ length: 40 }, (_, place) => {
      const odd = { ...texts[place], labels: ['odd'] };
      return splitTexts([...texts, odd], { shares: { train: 0.8, test: 0.2 }, seed: 1 });
    }).map(({ train, notices: own }) => {
      const isTrained = train.some(({ labels }) => labels[0] === 'odd');
      return (
        isTrained === own.includes('Labels with a single text are in train alone (1): odd.') &&
        isTrained !== own.some((one) => /^Labels without a text in train, .* \(1\): odd\.$/.test(one))
      );
    });
    assert.ok(notices.every(Boolean));
  });

  it('leaves a label with a single text in train and names it', () => {
    const split = splitTexts(textsOf({ a: 20, rare: 1, b: 20, odd: 1 }), { shares, seed: 1 });
    assert.deepEqual(split.counts.rare, { train: 1, dev: 0, test: 0 });
    assert.deepEqual(split.counts.odd, { train: 1, dev: 0, test: 0 });
    assert.deepEqual(sizesOf(split), [34, 4, 4]);
    assert.deepEqual(split.notices, ['Labels with a single text are in train alone (2): odd, rare.']);
    const half = splitTexts(textsOf({ a: 20, rare: 1 }), { shares: { train: 0.5, test: 0.5 }, seed: 1 });
    assert.deepEqual(half.counts.rare, { train: 1, dev: 0, test: 0 }, 'even where it would be rounded up');
  });

  it('stratifies texts with several labels by their combination', () => {
    const texts = Array.from({ length: 60 }, (_, index) =>
      textOf(`text ${index}`, ...[['a', 'b'], ['b', 'a'], []][index % 3]),
    );
    const split = splitTexts(texts, { shares: { train: 0.5, test: 0.5 }, seed: 1 });
    assert.deepEqual(split.counts, {
      a: { train: 20, dev: 0, test: 20 },
      b: { train: 20, dev: 0, test: 20 },
    });
    assert.equal(split.test.filter(({ labels }) => labels.length === 0).length, 10);
  });

  it('puts every text into one part, whatever the texts and the shares', () => {
    const texts = fc.array(
      fc.tuple(fc.constantFrom('x', 'y', ' y', 'z', '1', '2', '3', '4', '5'), fc.constantFrom('a', 'b', 'c')),
      { minLength: 3, maxLength: 40 },
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), fc.nat(), (pairs, tenths, seed) => {
        const all = pairs.map(([text, label]) => textOf(text, label));
        let split: TextSplit;
        try {
          split = splitTexts(all, { shares: { train: tenths / 10, test: 1 - tenths / 10 }, seed });
        } catch (error) {
          assert.match((error as Error).message, /are too few for a (?:train|test) part/);
          return;
        }
        assert.deepEqual(new Set([...split.train, ...split.test]), new Set(all));
        assert.equal(split.train.length + split.test.length, all.length);
        const test = new Set(split.test.map(({ text }) => keyOfText(text)));
        assert.ok(split.train.every(({ text }) => !test.has(keyOfText(text))));
      }),
    );
  });

  it('refuses shares that do not add up, and too few texts', () => {
    const refuses = (given: { train: number; dev?: number; test: number }, message: RegExp) =>
      assert.throws(() => splitTexts(textsOf({ a: 3 }), { shares: given, seed: 1 }), {
        name: 'InputError',
        message,
      });
    refuses({ train: 0.8, test: 0.1 }, /do not add up to 1/);
    refuses({ train: 1.1, test: -0.1 }, /do not add up to 1/);
    refuses({ train: Number.NaN, test: 0.1 }, /do not add up to 1/);
    refuses({ train: 0.9, test: 0.1 }, /3 texts of 1 labels are too few for a test part of 0\.1/);
  });
});

describe('splitByPosition', () => {
  it('takes the texts as they stand, and says what a reader should know', () => {
    const texts = [...textsOf({ a: 4, b: 2 }), textOf('a  0', 'a'), ...textsOf({ c: 2 })];
    const split = splitByPosition(texts, { train: 4, dev: 1, test: 2 });
    assert.deepEqual(split.train, texts.slice(0, 4));
    assert.deepEqual(split.dev, texts.slice(4, 5));
    assert.deepEqual(split.test, texts.slice(5, 7));
    assert.deepEqual(split.counts.b, { train: 0, dev: 1, test: 1 });
    assert.deepEqual(split.notices, [
      '2 texts at the end are in no part.',
      '1 of 2 test texts are also in another part.',
      'Labels without a text in test (1): c.',
    ]);
    assert.deepEqual(splitByPosition(textsOf({ a: 3 }), { train: 2, test: 1 }).notices, []);
  });

  it('refuses more texts than there are', () => {
    assert.throws(() => splitByPosition(textsOf({ a: 3 }), { train: 3, test: 1 }), {
      name: 'InputError',
      message: /3 \+ 0 \+ 1 = 4 texts are asked for, and there are 3/,
    });
    assert.throws(() => splitByPosition(textsOf({ a: 3 }), { train: 0.8, test: 0.2 }), /not whole numbers/);
  });
});
