// A folder: annotates every text file in it with the model that comes with the package, one line of JSON per file.
// Needs neither Python nor TensorFlow. The model marks gene mutations, cells, cell lines, organs and tissues.
//
// node examples/annotate_folder.mjs [folder with .txt files] [file for the annotations]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAnnotator } from 'falconframes';
import { checkOutputFile, LineWriter } from 'falconframes/foundation';

const [folder = join(import.meta.dirname, 'data', 'notes'), out = 'runs/notes.jsonl'] = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
checkOutputFile(
  out,
  files.map((name) => join(folder, name)),
); // before any work

const annotator = await loadAnnotator();
const writer = new LineWriter(out); // renamed to `out` when it is complete
for (const file of files.sort()) {
  const entities = await annotator.annotate(readFileSync(join(folder, file), 'utf8'));
  writer.write(JSON.stringify({ file, entities }));
  console.log(`${file}: ${entities.map(({ text, label }) => `${text} (${label})`).join(', ')}`);
}
writer.finish();
await annotator.dispose();
console.log(`${files.length} files are annotated in ${out}`);
