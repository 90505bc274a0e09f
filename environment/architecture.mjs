// Draws docs/architecture.svg: the rooms of src/ and which imports from which, from the sources: node environment/architecture.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from './places.mjs';

export const drawingPath = join(root, 'docs', 'architecture.svg');

/** Rooms in the order in which data flows, with what they do; environment/rooms.test.mjs checks it against the imports. */
export const ROOMS = {
  foundation: 'spans, files, errors, chance',
  collection: 'Europe PMC, resumable store',
  corpora: 'public corpora, other formats',
  preprocessing: 'JATS to sentences, splits',
  tokenization: 'pieces with offsets, tags',
  nn: 'encoders on TensorFlow',
  onnx: 'graphs, fusing, quantizing',
  tasks: 'tagging, classifying, masked words',
  training: 'fineTune, search, tracking',
  evaluation: 'scores, intervals, probes',
  compression: 'distil, prune, trim',
  benchmark: 'size, speed, memory',
  inference: 'annotate and classify',
  visualization: 'figures, tables, pages',
  page: 'a page that annotates in the browser',
  literature: 'the drug-discovery task',
  studies: 'the four studies',
  cli: 'one file a command',
};

/** Which rooms import from which: [from, to, number of files]. Tests, benchmarks and fixtures do not count. */
export function arrows() {
  const source = join(root, 'src');
  const counts = new Map();
  const files = readdirSync(source, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter(
      (name) => name.includes('/') && name.endsWith('.ts') && !/\.(?:test|bench|fixture|d)\.ts$/.test(name),
    );
  for (const file of files) {
    const imported = ts
      .preProcessFile(readFileSync(join(source, file), 'utf8'), true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => name.startsWith('.'))
      .map((name) => posix.join(posix.dirname(file), name).split('/')[0]);
    const own = file.split('/')[0];
    for (const room of new Set(imported))
      if (room !== own && room in ROOMS)
        counts.set(`${own} ${room}`, (counts.get(`${own} ${room}`) ?? 0) + 1);
  }
  return [...counts].map(([pair, files]) => [...pair.split(' '), files]);
}

const [WIDTH, ROW, BOX, LEFT, TOP] = [820, 44, 380, 20, 70];

/** The drawing. Rooms stand one under the other; an arc to the right of them leads from a room to one above that it imports. */
export function drawing() {
  const names = Object.keys(ROOMS);
  const height = TOP + names.length * ROW + 20;
  const middle = (name) => TOP + names.indexOf(name) * ROW + 16;
  const edges = arrows()
    .filter(([from, to]) => from in ROOMS && to in ROOMS)
    .sort(
      ([from, to], [otherFrom, otherTo]) =>
        names.indexOf(from) - names.indexOf(otherFrom) || names.indexOf(to) - names.indexOf(otherTo),
    );
  const arcs = edges.map(([from, to, files]) => {
    const distance = names.indexOf(from) - names.indexOf(to);
    const x = LEFT + BOX;
    const bend = x + 24 + 30 * distance;
    const [start, end] = [middle(from) - 5, middle(to) + 5];
    const width = Math.min(3.5, 0.6 + 0.12 * files).toFixed(2);
    return `<path class="arc" stroke-width="${width}" d="M${x} ${start} C${bend} ${start} ${bend} ${end} ${x + 7} ${end}"><title>${from} imports from ${to} in ${files} ${files === 1 ? 'file' : 'files'}</title></path>
<path class="head" d="M${x} ${end} l7 -3.5 v7 z"/>`;
  });
  const boxes = names.map((name) => {
    const y = TOP + names.indexOf(name) * ROW;
    return `<rect class="box" x="${LEFT}" y="${y}" width="${BOX}" height="32" rx="4"/>
<text class="name" x="${LEFT + 10}" y="${y + 21}">${name}</text><text class="what" x="${LEFT + 140}" y="${y + 21}">${ROOMS[name]}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">The rooms of src/ and their imports: every arrow points upwards</title>
<style>
svg { background: #fff; font-family: system-ui, sans-serif; }
.box { fill: #eef3f8; stroke: #5b7a99; }
.name { font-size: 14px; font-weight: 600; fill: #1b2b3a; }
.what { font-size: 12px; fill: #3d4f60; }
.arc { fill: none; stroke: #0072b2; stroke-opacity: .45; }
.head { fill: #0072b2; }
.said { font-size: 15px; font-weight: 600; fill: #1b2b3a; }
.note { font-size: 12px; fill: #3d4f60; }
</style>
<text class="said" x="${LEFT}" y="26">Data flows down; a room imports only from rooms above it</text>
<text class="note" x="${LEFT}" y="46">An arrow leads from a room to one that it imports from; the more files do so, the thicker it is.</text>
${arcs.join('\n')}
${boxes.join('\n')}
</svg>
`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(drawingPath, drawing());
