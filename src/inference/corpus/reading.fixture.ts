import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { InputError } from '../../foundation';
import { readArticle } from './article';
import { listInputs } from './list';
import { openSources } from './open';
import type { Skipped, Source } from './sources';

export function folderOf(t: TestContext, files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Reads every source: its id and sentences, or its error. */
export async function read(sources: AsyncIterable<Source>): Promise<(string | [string, ...string[]])[]> {
  const found: (string | [string, ...string[]])[] = [];
  for await (const source of sources) {
    try {
      const article = readArticle(source);
      const lines = article.linesOf(
        article.sentences.map(() => []),
        'utf16',
      );
      found.push([JSON.parse(lines.split('\n')[0]).id, ...article.sentences]);
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      found.push(error.message);
    }
  }
  return found;
}

export function readFiles(...paths: string[]): Promise<(string | [string, ...string[]])[]> {
  return readAnd(undefined, ...paths);
}

export function readAnd(skipped: Skipped | undefined, ...paths: string[]) {
  return read(openSources(listInputs(paths).files, skipped));
}
