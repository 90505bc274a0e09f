/**
 * `npm run bench -- own-labels [--corpus NAME] [--json]`: whether `fineTune` on third-party labels is as good as PyTorch: strict micro
 * F1 on the test parts of WNUT-17 (six labels), of CrossNER science (17 labels, 200 training sentences) and of CoNLL++ (four labels), the
 * same encoder and recipe, two seeds each, best epoch by mean F1 on dev. Both form batches at random, which our default does not. PyTorch
 * (environment/bench/own_labels_torch.py) uses its random numbers and its scorer; everything else is the same. The corpora are read from
 * FALCONFRAMES_MIRROR.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchPython } from '../benchmark';
import { convert } from '../corpora';
import { mirrorFolder, projectRoot, readSentences, showProgress } from '../foundation';
import { locateEncoder, TokenClassifier } from '../nn';
import { evaluate } from '../tasks';
import { Tokenizer } from '../tokenization';
import { DEFAULT_TRAINING } from './configuration';
import { fineTune } from './recipe';

const ENCODER = 'minilm-l6-h384-uncased';
const SEEDS = [1, 2];
const CORPORA = [
  {
    name: 'CrossNER science',
    files: [
      'ner/crossner/science/train.txt',
      'ner/crossner/science/dev.txt',
      'ner/crossner/science/test.txt',
    ],
    settings: { epochs: 20, learningRate: 3e-4, batchSize: 16 },
  },
  {
    name: 'WNUT-17',
    files: [
      'ner/wnut17/wnut17train.conll',
      'ner/wnut17/emerging.dev.conll',
      'ner/wnut17/emerging.test.annotated',
    ],
    settings: { epochs: 3, learningRate: 3e-4, batchSize: 32 },
  },
  {
    name: 'CoNLL++',
    files: ['conllpp/conllpp_train.txt', 'conllpp/conllpp_dev.txt', 'conllpp/conllpp_test.txt'],
    settings: { epochs: 3, learningRate: 2e-4, batchSize: 32 },
  },
];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { corpus: { type: 'string' }, json: { type: 'boolean' } } });
  const corpora = CORPORA.filter(({ name }) => values.corpus === undefined || name === values.corpus);
  if (corpora.length === 0)
    throw new Error(`"--corpus" must be one of ${CORPORA.map(({ name }) => name).join(', ')}`);
  const mirror = mirrorFolder();
  if (!mirror) throw new Error('set FALCONFRAMES_MIRROR to a folder with the corpora');
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-own-labels-'));
  const rows = [];
  try {
    for (const { name, files, settings } of corpora) {
      const [train, dev, test] = files.map((file, part) => {
        const path = join(scratch, `${name} ${part}.jsonl`);
        writeFileSync(path, convert('conll', [join(mirror, file)]).lines.join('\n'));
        return path;
      });
      const ours: number[] = [];
      let labels: readonly string[] = [];
      for (const seed of SEEDS) {
        const run = await fineTune({
          ...{ train: [train], dev: [dev], out: join(scratch, 'run'), scheme: 'exclusive', words: 'first' },
          ...{ encoder: ENCODER, seed, replicas: 1, precision: 'float32', batching: 'random', ...settings },
          progress: showProgress(`${name}, seed ${seed}`),
          onNotice: console.error,
        });
        labels = run.labels;
        ours.push(await microF1(run.folder, test));
        console.error(`Ours, seed ${seed}: test micro F1 ${ours[ours.length - 1].toFixed(3)}`);
      }
      const { weightDecay, warmupShare, clipNorm, maximumLength } = DEFAULT_TRAINING;
      const recipe = { ...settings, weightDecay, warmupShare, clipNorm, maximumLength, labels, seeds: SEEDS };
      const settingsFile = join(scratch, 'settings.json');
      writeFileSync(settingsFile, JSON.stringify(recipe));
      const script = join(projectRoot, 'environment', 'bench', 'own_labels_torch.py');
      const program = [script, locateEncoder(ENCODER), train, dev, test, settingsFile];
      const torch = JSON.parse(
        execFileSync(benchPython(), program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
      ) as number[];
      const row = { corpus: name, labels: labels.length, ours, torch, difference: mean(ours) - mean(torch) };
      rows.push(row);
      console.error(JSON.stringify(row));
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else
    for (const { corpus, labels, ours, torch, difference } of rows)
      console.log(
        `${corpus} (${labels} labels): strict micro F1 ${describe(ours)}, PyTorch ${describe(torch)}, difference ${difference.toFixed(3)}`,
      );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const describe = (values: readonly number[]): string =>
  `${mean(values).toFixed(3)} (${values.map((value) => value.toFixed(3)).join(', ')})`;

async function microF1(folder: string, test: string): Promise<number> {
  const model = TokenClassifier.load(folder);
  try {
    const sentences = readSentences(test);
    const report = await evaluate(sentences, new Tokenizer(folder), model.score, model.configuration);
    return report.microF1!;
  } finally {
    model.dispose();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
