import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../foundation';
import type { Entity } from '../inference';
import { ChromiumPage } from '../visualization/error-browser/chromium.fixture';

export interface Line {
  entities: Entity[];
}

export const openPage = (program: string, url: string): Promise<ChromiumPage> =>
  ChromiumPage.open(program, url, { offline: false });

/** Waits until the page has answered: with counts, with a problem, or because it was cancelled. */
export async function untilAnnotated(page: ChromiumPage): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isDone = await page.read<boolean>("document.getElementById('result').ariaBusy === 'false'");
    if (isDone) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `the page does not answer: ${await page.read("document.getElementById('status').textContent")}`,
  );
}

/** Annotates texts one by one in a worker of the page. */
export async function annotateInPage(
  page: ChromiumPage,
  texts: readonly string[],
  model: string,
  view: string,
): Promise<(Line & { milliseconds: number })[]> {
  await page.read(`window.ask ??= (() => {
    const worker = new Worker('worker.js', { type: 'module' });
    worker.postMessage(JSON.parse(document.getElementById('site').textContent));
    let run = 0;
    return (text, model, view) => new Promise((resolve, reject) => {
      const own = ++run;
      worker.addEventListener('message', function listen({ data }) {
        if (data.run !== own || data.kind === 'progress') return;
        worker.removeEventListener('message', listen);
        if (data.kind === 'result') resolve(data);
        else reject(new Error(data.message));
      });
      worker.postMessage({ kind: 'annotate', run: own, input: { kind: 'text', text }, model, view });
    });
  })(); undefined`);
  return page.read(`(async () => {
    const results = [];
    for (const text of ${JSON.stringify(texts)}) {
      const { entities, milliseconds } = await window.ask(text, ${JSON.stringify(model)}, ${JSON.stringify(view)});
      results.push({ entities, milliseconds });
    }
    return results;
  })()`);
}

/** Annotates texts, each a document, with the command `annotate` on one thread. */
export function commandLines(texts: readonly string[], model: string, view: string): Line[] {
  const input = texts.map((text, index) => `${JSON.stringify({ id: String(index), text })}\n`).join('');
  const folder = join(projectRoot, 'models', `falconframes-${model}`);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      join(projectRoot, 'environment', 'falconframes.cjs'),
      ...['annotate', '--model', folder, '--view', view, '--workers', '1'],
    ],
    { input, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Asserts equal mentions; returns their number, the largest difference of scores, and how many differ by more than 0.001. */
export function compareLines(
  expected: readonly Line[],
  found: readonly Line[],
): { mentions: number; farthest: number; far: number } {
  assert.equal(found.length, expected.length);
  const differences = expected.flatMap(({ entities }, index) => {
    const plain = (own: readonly Entity[]) => own.map(({ score: _, ...mention }) => mention);
    assert.deepEqual(plain(found[index].entities), plain(entities));
    return entities.map(({ score }, place) => Math.abs(score - found[index].entities[place].score));
  });
  return {
    mentions: differences.length,
    farthest: Math.max(0, ...differences),
    far: differences.filter((difference) => difference > 0.001).length,
  };
}
