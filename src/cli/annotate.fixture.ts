import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from '../foundation';
import type { Entity } from '../inference';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { exportToOnnx, quantizeFolder } from '../onnx';

export const PROGRAM = join(projectRoot, 'environment', 'falconframes.cjs');

export function annotate(line: string[], input: string | Buffer = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [PROGRAM, 'annotate', ...line], { input, encoding: 'utf8' });
}

/** Prepares a model folder inside a temporary folder that the test may write to. */
export function preparedModel(t: TestContext): string {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  quantizeFolder(folder);
  return folder;
}

export const linesOf = (content: string) =>
  content
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; entities: Entity[] });

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
