import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBrat } from '../corpora/brat';
import type { Entity } from '../inference';
import { OUTPUT_FORMATS } from './formats';

const text = '𝛽 cells, "HeLa"\n\n cells <b>';
const entity = (start: number, end: number, label: string, score: number): Entity => ({
  ...{ start, end, label, score },
  text: text.slice(start, end),
});
const annotated = {
  id: 'PMC1',
  text,
  entities: [entity(0, 8, 'Cell', 0.75), entity(11, 24, 'Cell Line', 0.5)],
};

test('JSONL is a line of `falconframes annotate`', () => {
  const line = OUTPUT_FORMATS.jsonl.write(annotated);
  assert.equal(
    line,
    '{"id":"PMC1","entities":[{"start":0,"end":8,"label":"Cell","score":0.75,"text":"𝛽 cells"},{"start":11,"end":24,"label":"Cell Line","score":0.5,"text":"HeLa\\"\\n\\n cells"}]}\n',
  );
});

test('brat counts code points and is read back, with a mention over a line break in pieces', () => {
  const content = OUTPUT_FORMATS.brat.write(annotated);
  assert.equal(content, 'T1\tCell 0 7\t𝛽 cells\nT2\tCell_Line 10 15;17 23\tHeLa"  cells\n');
  assert.deepEqual(parseBrat(content, text, 'a.ann'), [
    { pieces: [{ start: 0, end: 8 }], label: 'Cell' },
    {
      pieces: [
        { start: 11, end: 16 },
        { start: 18, end: 24 },
      ],
      label: 'Cell_Line',
    },
  ]);
});

test('CSV quotes what needs it', () => {
  assert.equal(
    OUTPUT_FORMATS.csv.write(annotated),
    'id,start,end,label,text,score\nPMC1,0,8,Cell,𝛽 cells,0.75\nPMC1,11,24,Cell Line,"HeLa""\n\n cells",0.5\n',
  );
});
