// A large corpus: annotates it in worker threads, with bounded memory, and counts the mentions of each label.
// Stopped at any moment, it resumes with the same command. Needs neither Python nor TensorFlow.
//
// node examples/corpus_scale.mjs [folder, archive or file, in any format that `annotate` reads] [file for the annotations]
import { readLines } from 'falconframes/foundation';
import * as inference from 'falconframes/inference';

const [corpus = `${import.meta.dirname}/../data/sample/articles`, out = 'runs/corpus.jsonl'] =
  process.argv.slice(2);
const settings = { model: inference.defaultModelFolder(), work: { kind: 'annotate', offsets: 'utf16' } };
const { files } = inference.listInputs([corpus]);
const sources = inference.openSources(files);

const output = inference.ResumableOutput.open(out, { corpus, ...settings }, true);
if (output) {
  const rest = inference.sourcesBehind(output, sources, out);
  for await (const { lines, fingerprints, damages, ...done } of inference.processCorpus(rest, settings)) {
    for (const damage of damages) console.error(damage);
    const totals = { ...output.totals, damaged: output.totals.damaged + damages.length };
    for (const [name, count] of Object.entries(done)) totals[name] += count;
    output.append(lines, totals, fingerprints);
  }
  output.finish(); // renames the file
  output.close();
  console.log(output.totals);
}
const counts = {};
for (const line of readLines(out))
  for (const { label } of JSON.parse(line).entities) counts[label] = (counts[label] ?? 0) + 1;
console.table(counts);
