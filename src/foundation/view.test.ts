import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Sentence } from './sentence';
import { applyView, readView } from './view';

const folder = mkdtempSync(join(tmpdir(), 'view-'));
after(() => rmSync(folder, { recursive: true }));

const span = (start: number, end: number, label: string) => ({ start, end, label });
const sentence = (spans: Sentence['spans'], annotated: string[]): Sentence => ({
  article: 'a',
  section: '',
  paragraph: 0,
  offset: 0,
  text: 'human HeLa cells in liver',
  spans,
  annotated,
});
const view = { name: 'two', classes: { Line: ['cell_line', 'CLine'], Cell: ['cell_type'] } };

test('spans get their class, the longest of overlapping spans is kept, other labels are dropped', () => {
  const spans = [
    span(0, 16, 'cell_type'),
    span(6, 10, 'CLine'),
    span(6, 16, 'cell_line'),
    span(6, 16, 'cell_type'),
    span(20, 25, 'organ'),
  ];
  const before = JSON.stringify(spans);
  const [viewed] = applyView([sentence(spans, ['cell_type', 'cell_line', 'CLine', 'organ'])], view);
  assert.deepEqual(viewed.spans, [span(0, 16, 'Cell'), span(6, 16, 'Line')]);
  assert.deepEqual(viewed.annotated, ['Line', 'Cell']);
  assert.equal(JSON.stringify(spans), before);
});

test('a class is annotated if at least one of its labels was annotated', () => {
  const annotatedOf = (...labels: string[]) => applyView([sentence([], labels)], view)[0].annotated;
  assert.deepEqual(annotatedOf('CLine', 'organ'), ['Line']);
  assert.deepEqual(annotatedOf('organ'), []);
  assert.deepEqual(annotatedOf(), []);
});

test('a view is read from JSON, and a malformed one is rejected', () => {
  const path = join(folder, 'mine.json');
  const read = (value: unknown) => {
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return readView(path);
  };
  assert.deepEqual(read(view.classes), { ...view, name: 'mine' });
  const refused: [unknown, RegExp][] = [
    [{}, /has no class/],
    [[], /holds \[\], a view is a JSON object/],
    ['{', /not valid JSON/],
    [{ Cell: 'cell_type' }, /the class "Cell" has "cell_type" instead of a list/],
    [{ Cell: [] }, /instead of a list/],
    [{ Cell: [1] }, /instead of a list/],
    [{ '': ['x'] }, /"" is not a valid class name/],
    [{ A: ['x'], B: ['y', 'x'] }, /the label "x" is in the classes "A" and "B"/],
    [{ A: ['x', 'x'] }, /the label "x" is in the classes "A" and "A"/],
  ];
  for (const [value, message] of refused) assert.throws(() => read(value), { name: 'InputError', message });
  assert.throws(() => readView(join(folder, 'absent.json')), /cannot be read, there is no such file/);
});
