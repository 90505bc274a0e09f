import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leadingWords, plainValue, quotedString, referenceList, unescapeObo } from './obo-syntax';

test('escapes stand for a line break, a tab, a space, or the character itself', () => {
  assert.equal(unescapeObo('a\\nb\\tc\\Wd\\:e\\,f\\"g\\\\h\\(i\\!j'), 'a\nb\tc d:e,f"g\\h(i!j');
  assert.equal(unescapeObo('\\\\n'), '\\n');
  assert.equal(unescapeObo('ends with \\'), 'ends with \\');
});

test('a plain value ends before its comment and its modifiers', () => {
  const cases: [string, string][] = [
    ['name', 'name'],
    ['name ! comment', 'name'],
    ['! comment', ''],
    ['wow! name', 'wow! name'],
    ['wow \\! name', 'wow ! name'],
    ['name {source="GOC:x"} ! comment', 'name'],
    ['name {a="}", b="{x=y}"}', 'name'],
    ['6-{[acyl]} activity', '6-{[acyl]} activity'],
    ['acyl {long chain}', 'acyl {long chain}'],
    ['5\'-3" exonuclease', '5\'-3" exonuclease'],
  ];
  for (const [value, expected] of cases) assert.equal(plainValue(value), expected, value);
});

test('leading words end at blanks, comments and modifiers', () => {
  assert.deepEqual(leadingWords('part_of  GO:1 ! root', 2), ['part_of', 'GO:1']);
  assert.deepEqual(leadingWords('GO\\:1{source="x"}', 2), ['GO:1']);
  assert.deepEqual(leadingWords('\tpart_of', 2), ['part_of']);
  assert.deepEqual(leadingWords('! comment', 1), []);
});

test('a quoted string ends at the first quote that is not escaped', () => {
  assert.deepEqual(quotedString('"a \\"b\\" c" [x]'), { text: 'a "b" c', rest: '[x]' });
  assert.deepEqual(quotedString('"ends with \\\\"  EXACT'), { text: 'ends with \\', rest: 'EXACT' });
  assert.deepEqual(quotedString('""'), { text: '', rest: '' });
  for (const value of ['not quoted', '"open', '"open \\"', '"', ''])
    assert.equal(quotedString(value), undefined);
});

test('a list of references keeps the ids, without their descriptions', () => {
  assert.deepEqual(referenceList('[GOC:ai "by, [someone]", PMID:1\\,2,ISBN:3] {x="y"}'), [
    'GOC:ai',
    'PMID:1,2',
    'ISBN:3',
  ]);
  assert.deepEqual(referenceList('[]'), []);
  assert.deepEqual(referenceList('[PMID:1'), []);
  assert.deepEqual(referenceList('PMID:1'), []);
});
