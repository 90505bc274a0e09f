// What the reviewer's README and the data manifest say, taken from the files that are delivered.
import { createHash } from 'node:crypto';
import { InputError } from 'falconframes/foundation';
import { JSDOM } from 'jsdom';

export const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** Tables of the committed run that the README shows: notebook, beginning of the caption, columns (all if none are named). */
const MEASURED = [
  ['notebooks/0_environment.ipynb', 'This machine'],
  ['notebooks/4_evaluation.ipynb', 'F1 by corpus and class with 95 % intervals'],
  ['notebooks/5_production.ipynb', 'Size, speed and memory, one thread'],
];

/** Returns the tables of MEASURED as Markdown. @param notebooks by path */
export function measuredTables(notebooks) {
  return MEASURED.map(([path, caption]) => {
    const table = tablesOf(notebooks.get(path)).find((one) => one.caption.startsWith(caption));
    if (!table)
      throw new InputError(
        `${path}: has no table "${caption} …", which the reviewer's README shows; run the notebook, or name another table in environment/deliverable/facts.mjs`,
      );
    return `### ${table.caption}\n\n${asMarkdown(table.rows)}\n\nFrom \`${path}\`.`;
  }).join('\n\n');
}

function tablesOf(notebook) {
  const htmls = (notebook?.cells ?? [])
    .flatMap((cell) => cell.outputs ?? [])
    .map((output) => [output.data?.['text/html'] ?? []].flat().join(''));
  return htmls
    .flatMap((html) => [...JSDOM.fragment(html).querySelectorAll('table')])
    .map((table) => ({
      caption: table.querySelector('caption')?.textContent.trim() ?? '',
      rows: [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
    }));
}

function asMarkdown([header, ...rows]) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** At most five names. */
export const listed = (names) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');

/** The first heading of a notebook. */
export function titleOf(notebook) {
  const sources = notebook.cells.map((cell) => [cell.source].flat().join(''));
  return sources.map((source) => source.match(/^# (.+)$/m)?.[1]).find(Boolean) ?? '';
}

/**
 * Lists all data: what is in the deliverable, file by file, and the public sources that are not, with where they are published, at
 * which commit, under which licence, and with which checksum.
 *
 * @param files of the repository, [{ path, content }]
 */
export function dataManifest(files) {
  const { sources } = JSON.parse(files.find(({ path }) => path === 'data/sources.json').content);
  return {
    included: files
      .filter(({ path }) => /^(?:data|examples\/data|models)\//.test(path))
      .map(({ path, content }) => ({
        path: `falconframes/${path}`,
        bytes: content.length,
        sha256: sha256(content),
      })),
    notIncluded: Object.entries(sources).map(([name, source]) => {
      const { title, licence, repository, commit, original, files: count, bytes, sha256: sum } = source;
      return { name, title, licence, repository, commit, original, files: count, bytes, sha256: sum };
    }),
  };
}

/** Writes the README of the deliverable. */
export function reviewerReadme({ name, checkout, version, engines, notebooks, contents, leftOut, manifest }) {
  const person = name
    .split('_')
    .map((part) => part.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase()));
  const { commit, time, changed } = checkout;
  const state = changed.length ? `, with uncommitted changes in ${listed(changed)}` : '';
  const link = (path) => `[${path.split('/').pop()}](falconframes/${path})`;
  const page = (path) => path.replace(/^notebooks/, 'html').replace(/ipynb$/, 'html');
  const rows = [...notebooks].map(
    ([path, notebook]) => `| ${titleOf(notebook)} | ${link(path)} | [page](${page(path)}) |`,
  );
  const what = Object.entries(contents).map(([entry, is]) => `| \`falconframes/${entry}\` | ${is} |`);
  const out = Object.entries(leftOut).map(([entry, reason]) => `| \`${entry}\` | ${reason} |`);
  const external = manifest.notIncluded.map(
    (source) => `| ${source.name} | ${source.title} | ${source.licence} |`,
  );
  return `# FalconFrames ${version}: deliverable of ${person.join(' ')}

Made from commit \`${commit}\` of ${time.toISOString().slice(0, 10)}${state}. This page was generated from the files beside it.

## Read

The pages open in any browser, offline. Each is its notebook as it was executed, every figure and table included.

| notebook | TypeScript, executed | HTML |
|---|---|---|
${rows.join('\n')}

Figures in the \`.ipynb\` files have at most 256 colours, which keeps this file small; those of the pages have every pixel.

## Run

On Linux with Node ${engines.node}; for training and notebooks also Python 3.10 to 3.13 and a C++ compiler:

\`\`\`sh
cd falconframes
npm ci
echo 'HeLa cells carry the mutation V600E.' | npx falconframes annotate    # no Python, no compiler
npm run reproduce -- --profile smoke --data sample                         # sets up the rest, runs the six notebooks on invented articles
npm run reproduce                                                          # the same on public corpora, which it downloads: the committed run
npm test                                                                   # every test
\`\`\`

\`sha256sum --check --quiet SHA256SUMS\`, here, tells whether all files are as they were packed.
\`npx falconframes deliverable --check FILE.zip\` does that and the first three steps above in an empty folder.

## What the committed run measured

${measuredTables(notebooks)}

The four studies end with their findings. Figures of other runs, by machine and date, are in
[falconframes/docs/benchmarks.md](falconframes/docs/benchmarks.md).

## What is where

| path | holds |
|---|---|
| \`html\` | the notebooks as pages |
| \`data-manifest.json\` | every data file here, and every public source that is not, with licence and checksum |
| \`SHA256SUMS\` | the checksum of every file |
${what.join('\n')}

Of the repository these are left out:

| path | why |
|---|---|
${out.join('\n')}

## Data

No public corpus is in this file; the commands download what they need and compare checksums. The executed notebooks quote single
sentences of some, under the licences below. \`data/sample\` and \`examples/data\` were written for the project (CC0); the rest of
\`data\` are tables and model outputs of its runs.

| source | what | licence |
|---|---|---|
${external.join('\n')}
`;
}
