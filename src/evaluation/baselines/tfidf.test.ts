import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFixture } from '../gold.fixture';
import { scoreBaseline } from './baseline';
import { labelled } from './baseline.fixture';
import { fitTfidf } from './tfidf';
import { tellingTerms, trainTfidf, tuneTfidf } from './tfidf-classifier';

interface Case {
  ngrams: [number, number];
  C: number;
  train: [text: string, label: string][];
  test: [text: string, label: string][];
  idf: Record<string, number>;
  rows: Record<string, number>[];
  terms: string[];
  classes: string[];
  coefficients: number[][];
  intercepts: number[];
  probabilities: number[][];
  predicted: string[];
  accuracy: number;
}

const cases = readFixture<Case[]>('tfidf.json');

function assertClose(found: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - expected) < tolerance, `${what}: ${found} instead of ${expected}`);
}

for (const own of cases) {
  const { ngrams, C, classes } = own;
  const name = `${classes.length} labels, n-grams ${ngrams.join(' to ')}`;
  const texts = own.test.map(([text]) => text);

  test(`terms, frequencies and rows equal those of scikit-learn: ${name}`, () => {
    const { terms, inverseFrequency, transform } = fitTfidf(
      own.train.map(([text]) => text),
      ngrams,
    );
    assert.deepEqual(terms.toSorted(), own.terms.toSorted());
    terms.forEach((term, index) => {
      assertClose(inverseFrequency[index], own.idf[term], 1e-12, term);
    });
    const { starts, columns, values } = transform(texts);
    own.rows.forEach((expected, row) => {
      assert.equal(starts[row + 1] - starts[row], Object.keys(expected).length);
      for (let entry = starts[row]; entry < starts[row + 1]; entry++) {
        const column = own.terms.indexOf(terms[columns[entry]]);
        assertClose(values[entry], expected[column], 1e-12, `${row} ${column}`);
      }
    });
  });

  test(`weights and probabilities equal those of scikit-learn: ${name}`, () => {
    const classifier = trainTfidf(labelled(own.train), { ngrams, C });
    const { labels, terms, weights, intercepts, converged } = classifier;
    assert.ok(converged);
    const columnOf = new Map(own.terms.map((term, index) => [term, index]));
    const place = (label: string) => labels.indexOf(label);
    // For two labels scikit-learn has the difference of the second's weights and the first's.
    const differences = classes.length === 2 ? [classes[1]] : classes;
    differences.forEach((label, index) => {
      const [at, against] = [place(label), classes.length === 2 ? place(classes[0]) : -1];
      const contrast = (values: Float64Array) => values[at] - (against < 0 ? 0 : values[against]);
      assertClose(contrast(intercepts), own.intercepts[index], 1e-4, `intercept of ${label}`);
      terms.forEach((term, row) => {
        const found = contrast(weights.subarray(row * labels.length));
        assertClose(found, own.coefficients[index][columnOf.get(term)!], 1e-4, `${term} for ${label}`);
      });
    });
    classifier.score(texts).forEach((scores, text) => {
      for (const label of labels)
        assertClose(
          Math.exp(scores[place(label)]),
          own.probabilities[text][classes.indexOf(label)],
          1e-4,
          `${text}`,
        );
    });
    const { answers, accuracy } = scoreBaseline(classifier, labelled(own.test));
    assert.deepEqual(
      answers.map(({ given: [label] }) => label),
      own.predicted,
    );
    assertClose(accuracy, own.accuracy, 1e-12, 'accuracy');
  });
}

test('the telling terms of a label are those with the largest coefficients', () => {
  const own = cases[0];
  const classifier = trainTfidf(labelled(own.train));
  const coefficients = own.coefficients[own.classes.indexOf('function')];
  const expected = own.terms
    .map((term, index) => ({ term, weight: coefficients[index] }))
    .sort((one, other) => other.weight - one.weight)
    .slice(0, 5);
  const found = tellingTerms(classifier, 'function', 5);
  assert.deepEqual(
    found.map(({ term }) => term),
    expected.map(({ term }) => term),
  );
  assertClose(found[0].weight, expected[0].weight, 1e-4, 'weight');
  assert.throws(() => tellingTerms(classifier, 'unheard of', 5), /no label "unheard of"/);
});

test('texts without words leave the shares of the labels', () => {
  const classifier = trainTfidf(
    labelled([
      ['', 'a'],
      ['.', 'a'],
      ['!', 'a'],
      ['', 'b'],
    ]),
  );
  assert.equal(classifier.terms.length, 0);
  const [[ofA, ofB]] = classifier.score(['some words']);
  assertClose(Math.exp(ofA), 0.75, 1e-5, 'a');
  assertClose(Math.exp(ofB), 0.25, 1e-5, 'b');
  assert.deepEqual(trainTfidf(labelled([['only one', 'a']])).score(['one', '']), [
    Float32Array.of(0),
    Float32Array.of(0),
  ]);
});

test('the strength of the penalty is chosen by macro F1 on dev, the smallest C of equal ones', () => {
  const [often, seldom]: [string, string][] = [
    ['common words and more', 'often'],
    ['common words and rare', 'seldom'],
  ];
  const train = labelled([...Array.from({ length: 40 }, () => often), seldom]);
  const dev = labelled([often, seldom]);
  const macroF1 = (C: number) => scoreBaseline(trainTfidf(train, { C }), dev).macroF1;
  assert.ok(macroF1(1) < 0.5, 'a strong penalty forgets the rare word');
  assert.deepEqual([macroF1(10), macroF1(1000)], [1, 1]);
  assert.equal(tuneTfidf(train, dev).C, 10);
  assert.throws(() => tuneTfidf(train, []), /at least one text/);
});

test('settings out of range are refused', () => {
  const texts = labelled([['one', 'a']]);
  assert.throws(() => trainTfidf(texts, { C: 0 }), /C is 0; give a number above 0/);
  assert.throws(() => trainTfidf(texts, { ngrams: [2, 1] }), /"ngrams" is \[2, 1\]/);
});
