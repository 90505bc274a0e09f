import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../foundation';
import { spellOutMutation, varyMutation } from './mutations';

test('a mutation keeps its notation', () => {
  const random = createRandom(1);
  const forms: [string, RegExp][] = [
    ['Met326Ile', /^[A-Z][a-z]{2}[1-9]\d\dA?[A-Z][a-z]{2}$/],
    ['-308G>A', /^-[1-9]\d\d[ACGT]>[ACGT]$/],
    ['rs8099917', /^rs[1-9]\d{6}$/],
    ['V600E', /^[A-Z][1-9]\d\d[A-Z]$/],
    ['c.1521_1523delCTT', /^c\.[1-9]\d{3}_[1-9]\d{3}del[ACGT]*$/],
    ['IVS-II-1(G>A)', /^IVS-II-[1-9]\([ACGT]>[ACGT]\)$/],
    ['glycine to arginine at codon 12', /^[a-z]+ to [a-z]+ at codon [1-9]\d$/],
  ];
  for (const [mention, form] of forms) {
    const varied = Array.from({ length: 30 }, () => varyMutation(mention, random));
    for (const one of varied) assert.match(one, form, mention);
    assert.ok(new Set(varied).size > 5, `${mention}: ${varied.slice(0, 3)}`);
  }
});

/** All forms that a mention can get. */
const formsOf = (mention: string): string[] => {
  const random = createRandom(1);
  const forms = Array.from({ length: 600 }, () => spellOutMutation(mention, random));
  return [...new Set(forms)].map(String).sort();
};

test('a substitution of amino acids is written in words, with the residues and the position of the notation', () => {
  for (const mention of ['V600E', 'p.Val600Glu', 'Val600Glu', 'p. V600E', 'Val-600-Glu']) {
    const forms = formsOf(mention);
    for (const form of [
      'valine 600 to glutamic acid',
      'glutamate for valine at codon 600',
      'Val 600 Glu',
      'valine-to-glutamate substitution at residue 600',
    ])
      assert.ok(forms.includes(form), `${mention}: ${form}`);
    for (const form of forms)
      assert.match(form, /^(?=.*(?:valine|Val))(?=.*(?:glutam|Glu))(?=.*600)/, mention);
  }
});

test('a change of bases is a transition within purines or pyrimidines, else a transversion', () => {
  const all = (mention: string) => formsOf(mention).join('; ');
  assert.match(all('c.308G>A'), /G-to-A transition at position 308/);
  assert.match(all('-308 G/A'), /guanine to adenine transition at nucleotide -308/);
  assert.match(all('677C-->T'), /C-->T transition at nucleotide 677/);
  assert.doesNotMatch(all('677C>T'), /transversion/);
  assert.match(all('677C>A'), /C-to-A transversion at position 677/);
});

test('deletions and dbSNP identifiers have older forms', () => {
  assert.deepEqual(formsOf('c.35delG'), [
    '35 del G',
    '35 delG',
    'delG at position 35',
    'deletion of G at nucleotide 35',
  ]);
  assert.ok(formsOf('F508del').includes('deletion of phenylalanine 508'));
  assert.ok(formsOf('DeltaF508').includes('delta F508'));
  assert.deepEqual(formsOf('rs334'), ['RS334', 'reference SNP 334', 'rs 334', 'rs#334']);
});

test('what could be of DNA as well as of a protein, and what is no known notation, has no other form', () => {
  for (const mention of ['A76G', 'IVS8+1G>A', 'c.1521_1523delCTT', 'deletion', 'B12X', 'Xyz12Ala', ''])
    assert.deepEqual(formsOf(mention), ['undefined'], mention);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'pc.rsAVGlu>-/del 0123456789()') }), (mention) => {
      const form = spellOutMutation(mention, createRandom(1));
      return form === undefined || form.trim().length > 0;
    }),
    { seed: 1 },
  );
});
