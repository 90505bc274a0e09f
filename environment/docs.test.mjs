// The pages of docs/, the READMEs and the API reference: built, and every link in them leads somewhere.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { drawing, drawingPath, ROOMS } from './architecture.mjs';
import { nodeModules, root } from './places.mjs';

test('the API reference builds without a warning: types named by public functions are public', () => {
  const typedoc = join(nodeModules, 'typedoc', 'bin', 'typedoc');
  const options = { cwd: root, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, '--emit', 'none'], options);
  assert.equal(status, 0, stdout + stderr);
});

test('the drawing of the architecture shows the imports of the sources', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  assert.deepEqual(Object.keys(ROOMS).sort(), rooms.map(({ name }) => name).sort());
  assert.equal(readFileSync(drawingPath, 'utf8'), drawing(), 'run node environment/architecture.mjs');
});

/** Markdown of the repository that people read, as paths. */
function pages() {
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith('.md') && !/^api\b/.test(name) && !/node_modules|pretrained/.test(name))
      .map((name) => join(root, folder, name));
  const top = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(root, name));
  return [...top, ...['docs', 'data', 'models', 'examples', 'environment'].flatMap(below)];
}

/** Markdown without code, in which brackets are no links. */
const prose = (text) =>
  text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, (code) => '`'.repeat(code.length));

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text) {
  const seen = new Map();
  const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+?) *$/gm);
  return [...headings].map(([, heading]) => {
    const shown = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
    const anchor = shown
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

/** Links of a page that lead nowhere. */
function brokenLinks(page, text) {
  const links = [...prose(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return !/^https:\/\/[^/]+\.[^/]+/.test(link);
    const [path, anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
    if (!existsSync(target)) return true;
    if (!anchor) return false;
    return statSync(target).isDirectory() || !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
  });
}

test('every link of a page leads to a file, a folder or a heading of the repository, or is a https address', () => {
  const broken = pages().flatMap((page) =>
    brokenLinks(page, readFileSync(page, 'utf8')).map((link) => `${relative(root, page)}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

test('the check of links finds what is broken', () => {
  const page = join(root, 'docs', 'limits.md');
  const text =
    '# A `b` & c\n[a](limits.md) [b](#a-b--c) [c](../src) [d](none.md) [e](limits.md#none) `[f](no)` [g](http://x.org)';
  assert.deepEqual(anchorsOf(text), ['a-b--c']);
  assert.deepEqual(brokenLinks(page, text), ['#a-b--c', 'none.md', 'limits.md#none', 'http://x.org']);
});

test('every page of docs/ is reached from docs/README.md or from another page', () => {
  const linked = new Set(
    pages().flatMap((page) =>
      [...prose(readFileSync(page, 'utf8')).matchAll(/\]\(([^()\s#]+)/g)].map(([, link]) =>
        join(dirname(page), link),
      ),
    ),
  );
  const lost = pages().filter(
    (page) =>
      page.startsWith(join(root, 'docs')) && page !== join(root, 'docs', 'README.md') && !linked.has(page),
  );
  assert.deepEqual(
    lost.map((page) => relative(root, page)),
    [],
  );
});
