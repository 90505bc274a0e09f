import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { checkStudyData } from './check-data';
import { STUDY_NAMES } from './study-run';

test('unusable data of a study is refused in one sentence, and the samples are usable', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-study-data-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const term = (id: string, line: string) => `\n[Term]\nid: ${id}\nname: ${id}\nnamespace: x\n${line}\n`;
  const without = write('no-definitions.obo', `format-version: 1.2\n${term('A:1', 'is_a: A:1')}`);
  await assert.rejects(
    () => checkStudyData('go-terms', { data: 'auto', corpus: without }),
    /none of the 1 terms has a definition/,
  );
  const one = write('one-aspect.obo', `format-version: 1.2\n${term('A:1', 'def: "A text." []')}`);
  await assert.rejects(
    () => checkStudyData('go-terms', { data: 'auto', corpus: one }),
    /one-aspect\.obo: all 1 texts have the label "x"/,
  );
  write('X.txt', 'one\ntwo\n');
  write('YL1.txt', '3\n3\n');
  await assert.rejects(
    () => checkStudyData('paper-topics', { data: 'auto', corpus: folder }),
    /all 2 texts have the label "Mechanical Engineering"/,
  );
  for (const study of STUDY_NAMES) await checkStudyData(study, { data: 'sample' });
});
