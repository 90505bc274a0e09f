import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { onnx } from 'onnx-proto';
import { readCollectedArticle } from '../collection';
import { checkedAnnotations, checkedFullText, checkedSearch, checkedTypePage } from '../collection/answers';
import { TYPES } from '../collection/types.fixture';
import { splitSentences } from '../corpora';
import { parseBrat } from '../corpora/brat';
import { parseCapital } from '../corpora/capital';
import { parseKnowtator } from '../corpora/knowtator';
import { parsePubTator } from '../corpora/pubtator';
import { readTar } from '../corpora/tar';
import { tarOf } from '../corpora/tar.fixture';
import { readTagFile } from '../evaluation';
import { createRandom, InputError, projectRoot, type Random, readSentences } from '../foundation';
import { openWeights, readHead, readSafetensors } from '../nn';
import { published } from '../nn/checkpoints/published.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { encodeAsOnnx } from '../onnx';
import { anchorAnnotations, articleText, jatsToParagraphs } from '../preprocessing';
import { readTrainingConfiguration } from '../training';
import { loadAnnotator } from './annotator';
import { listInputs, openSources } from './corpus';
import { readArticle } from './corpus/article';
import {
  anyBytes,
  anyDirectory,
  anyEntry,
  anyHeader,
  anyJson,
  anyOperation,
  anyText,
  anyXml,
  changeValue,
  type Mutation,
} from './fuzz-mutations.fixture';

/** The seeds of a kind of file, their mutations, and their reader. The name of a seed is the file name that the reader sees. */
interface Target {
  seeds: Record<string, Buffer>;
  mutations: Mutation[];
  read(path: string, folder: string, name: string): unknown;
}

const SENTENCE = 'Primary T cells and liver (p.V600E) grew in HeLa cells.';
const CONLL = '# id = 1 domain=en\nHeLa\tB-Cell_Line\ncells\tO\n\ngrew O\n';
const tinyModel = join(projectRoot, 'models', 'falconframes-tiny');
const text = (path: string) => readFileSync(path, 'utf8');
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const lines = (...values: unknown[]) => Buffer.from(values.map((value) => JSON.stringify(value)).join('\n'));
const filesOf = (folder: string, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));

const sample = join(projectRoot, 'data', 'sample');
const sampleArticles = filesOf(join(sample, 'articles'), readdirSync(join(sample, 'articles')).slice(0, 3));
const annotations = filesOf(
  join(sample, 'annotations'),
  readdirSync(join(sample, 'annotations')).slice(0, 2),
);
const [fullText] = Object.values(sampleArticles);
const [answer] = Object.values(annotations).map((bytes) => JSON.parse(bytes.toString()));
const modelFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** The model folder in which one file is the case. */
function modelWith(path: string, folder: string, name: string): string {
  const model = join(folder, 'model');
  mkdirSync(join(model, 'onnx'), { recursive: true });
  for (const file of modelFiles) copyFileSync(join(tinyBertFolder, file), join(model, file));
  writeFileSync(join(model, 'onnx', 'model.onnx'), encoded());
  copyFileSync(path, join(model, name === 'model.onnx' ? join('onnx', name) : name));
  return model;
}

async function annotateWith(model: string): Promise<void> {
  const annotator = await loadAnnotator(model, { quantized: false, threads: 1 });
  for (const { score } of await annotator.annotate(`${SENTENCE} ${SENTENCE}`))
    if (!(score >= 0 && score <= 1)) throw new Error(`a mention has the score ${score}`);
}

let bytesOfModel: Uint8Array | undefined;
const encoded = () => (bytesOfModel ??= encodeAsOnnx(tinyBertFolder));

const anyNode: Mutation = (bytes, random) => {
  const hostile = (chance: Random) =>
    [
      0,
      -1,
      2 ** 31 - 1,
      1,
      Number.NaN,
      'Loop',
      'input_ids',
      'logits',
      '../../x',
      '',
      Buffer.from('x'),
      null,
      [],
    ][chance.below(13)];
  try {
    const model = onnx.ModelProto.decode(bytes);
    changeValue(model, random, hostile);
    return Buffer.from(onnx.ModelProto.encode(model).finish());
  } catch {
    return bytes; // invalid UTF-16
  }
};

async function readWhole(path: string): Promise<void> {
  for await (const source of openSources(listInputs([path]).files)) {
    const { sentences, linesOf } = readArticle(source);
    linesOf(
      sentences.map(() => []),
      'codepoints',
    );
  }
}

const collected = {
  ...{ pmcid: 'PMC90000001', source: 'PMC', types: TYPES, fullText: fullText.toString() },
  annotations: answer[0].annotations,
};
const sentence = {
  ...{ article: 'A', section: 'Results', paragraph: 0, offset: 0, text: SENTENCE },
  ...{ spans: [{ start: 8, end: 15, label: 'Cell' }], annotated: ['Cell', 'Cell Line'] },
};

/** Runs a falconframes command; throws if it shows a stack trace or ends without a status. */
function runCommand(...args: string[]): void {
  const command = [join(projectRoot, 'environment', 'falconframes.cjs'), ...args];
  const { status, signal, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    timeout: 9_000,
  });
  if (status !== 0 && status !== 1) throw new Error(`ended with ${signal ?? status}: ${stderr.slice(-2000)}`);
  if (/^ +at .*:\d+/m.test(stderr)) throw new Error(`shows a stack trace: ${stderr.slice(0, 2000)}`);
  if (status === 1) throw new InputError(stderr);
}

/** Builds the targets by kind; called in a child process, since building the seeds is slow. */
export const TARGETS: Record<string, () => Target> = {
  xml: () => ({
    seeds: sampleArticles,
    mutations: anyXml,
    read: (path) => articleText(jatsToParagraphs(text(path), path)),
  }),
  documents: () => ({
    seeds: {
      ...sampleArticles,
      'a.xml.gz': gzipSync(fullText),
      'a.txt': Buffer.from(`${SENTENCE}\n\n`.repeat(40)),
      'PMC90000001.json': json(collected),
    },
    // In compressed files, the content is mutated most often.
    mutations: [...anyXml, ...anyJson].map((mutation) => (bytes, random, other) => {
      if (bytes[0] !== 0x1f || random.below(4) === 0) return mutation(bytes, random, other);
      try {
        return gzipSync(mutation(gunzipSync(bytes), random, other));
      } catch {
        return mutation(bytes, random, other);
      }
    }),
    read: (path) => readWhole(path),
  }),
  jsonl: () => ({
    seeds: {
      'sentences.jsonl': lines(sentence, sentence, { ...sentence, article: 'B' }),
      'documents.jsonl': lines({ id: 'a', text: SENTENCE }, { id: 'b', text: SENTENCE.repeat(20) }),
      'tags.jsonl': lines(['O', 'B-Cell', 'I-Cell'], ['O']),
      'tags.conll': Buffer.from(CONLL),
      'PMC90000001.json': json(collected),
    },
    mutations: anyJson,
    async read(path, _, name) {
      if (name.startsWith('tags')) readTagFile(path);
      else if (name.startsWith('PMC')) {
        const { fullText, annotations } = readCollectedArticle(path);
        anchorAnnotations(jatsToParagraphs(fullText, path), annotations, TYPES);
      } else if (name.startsWith('sentences')) readSentences(path);
      if (name.endsWith('s.jsonl')) await readWhole(path);
    },
  }),
  answers: () => ({
    seeds: {
      annotations: json(answer),
      article: fullText,
      page: json({ cursorMark: 0, nextCursorMark: 1.5, articles: answer }),
      search: json({
        hitCount: 1,
        nextCursorMark: '*',
        resultList: { result: [{ id: '1', source: 'PMC', pmcid: 'PMC1' }] },
      }),
    },
    mutations: [...anyJson, ...anyXml],
    read(path, _, name) {
      if (name === 'annotations') checkedAnnotations(text(path), ['PMC90000001'], TYPES);
      else if (name === 'page') checkedTypePage(text(path));
      else if (name === 'article') checkedFullText(text(path), 'PMC90000001');
      else checkedSearch(text(path));
    },
  }),
  corpora: () => ({
    seeds: {
      'a.ann': Buffer.from('T1\tcell_type 8 15\tT cells\nR1\tx Arg1:T1\nT2\tCell 8 9;10 15\tT cells\n'),
      'a.PubTator': Buffer.from(`1|t|T cells\n1|a|${SENTENCE}\n1\t0\t7\tT cells\tCell\tCL:1\n\n`),
      'a.csv': Buffer.from(`pmcid,sentence,ner\nPMC1,"T cells","[(0, 7, 'T cells', 'CL')]"\n`),
      'a.knowtator.xml': Buffer.from(
        '<?xml version="1.0"?><annotations textSource="a.txt"><annotation><mention id="m1"/><annotator id="x">y</annotator>' +
          '<span start="8" end="15"/><spannedText>T cells</spannedText></annotation>' +
          '<classMention id="m1"><mentionClass id="CL:1">T cell</mentionClass></classMention></annotations>',
      ),
    },
    mutations: [...anyText, ...anyXml],
    read(path, _, name) {
      if (name === 'a.ann') parseBrat(text(path), SENTENCE, path);
      else if (name === 'a.PubTator') parsePubTator(text(path), path);
      else if (name === 'a.csv') parseCapital(text(path), path);
      else parseKnowtator(text(path), SENTENCE, 'Cell', path);
      splitSentences(text(path));
    },
  }),
  safetensors: () => ({
    seeds: filesOf(tinyBertFolder, ['model.safetensors', 'gradients.safetensors']),
    mutations: [...anyBytes, anyHeader, anyHeader, anyHeader, anyHeader],
    read: (path) => readSafetensors(path),
  }),
  torch: () => ({
    seeds: filesOf(
      published(),
      readdirSync(published()).filter((name) => name.endsWith('.bin')),
    ),
    mutations: [...anyBytes, anyOperation, anyOperation, anyOperation, anyDirectory],
    read(path, folder) {
      copyFileSync(path, join(folder, 'pytorch_model.bin'));
      const weights = openWeights(folder);
      for (const name of ['embeddings.word_embeddings.weight', 'encoder.layer.0.output.LayerNorm.bias'])
        weights.get(`bert.${name}`);
    },
  }),
  onnx: () => ({
    seeds: { 'model.onnx': Buffer.from(encoded()) },
    mutations: [anyNode, anyNode, anyNode, ...anyBytes],
    read: (path, folder, name) => annotateWith(modelWith(path, folder, name)),
  }),
  commands: () => ({
    seeds: {
      ...sampleArticles,
      'a.txt': Buffer.from(SENTENCE.repeat(9)),
      'PMC90000001.json': json(collected),
      'sentences.jsonl': lines(sentence, { ...sentence, article: 'B' }),
      'gold.jsonl': lines(['O', 'B-Cell', 'I-Cell'], ['O']),
      'gold.conll': Buffer.from(CONLL),
    },
    mutations: [...anyXml, ...anyJson],
    read(path, folder, name) {
      if (name.startsWith('gold')) runCommand('score', '--gold', path, '--pred', path);
      else
        runCommand(
          'annotate',
          path,
          '--model',
          tinyModel,
          '--out',
          join(folder, 'out.jsonl'),
          '--workers',
          '1',
        );
    },
  }),
  tar: () => ({
    seeds: { 'a.tar': tarOf({ 'a.txt': SENTENCE, [`${'long/'.repeat(30)}b.xml`]: fullText.toString() }) },
    mutations: [...anyText, anyEntry, anyEntry, anyEntry],
    async read(path) {
      async function* chunks() {
        yield readFileSync(path);
      }
      for await (const { content } of readTar(chunks(), () => true, { files: 100, bytes: 1e8 }))
        void content.length;
    },
  }),
  config: () => ({
    seeds: {
      ...filesOf(tinyBertFolder, modelFiles),
      'training.json': json({
        train: ['a.jsonl'],
        dev: ['b.jsonl'],
        epochs: 2,
        classWeights: { Cell: 2 },
        variations: { Cell: 1 },
      }),
    },
    mutations: anyJson,
    async read(path, folder, name) {
      if (name === 'training.json') return readTrainingConfiguration(path);
      const model = modelWith(path, folder, name);
      readHead(model);
      await annotateWith(model);
    },
  }),
};

/** Returns the case of a seed: a valid file of the kind after one to four mutations. */
export function caseOf({ seeds, mutations }: Target, seed: number): { name: string; bytes: Buffer } {
  const random = createRandom(Math.imul(seed, 0x9e3779b1));
  const names = Object.keys(seeds);
  const name = names[random.below(names.length)];
  let bytes = seeds[name];
  for (let left = random.below(2) === 0 ? 1 : 1 + random.below(4); left > 0; left--) {
    const other = seeds[names[random.below(names.length)]];
    bytes = mutations[random.below(mutations.length)](bytes, random, other);
    // Large inputs are covered by the tests of limits.
    bytes = bytes.subarray(0, 4_000_000);
  }
  return { name, bytes };
}

/** Bad input, an unusable server response or a damaged archive; any other error is a defect. */
const REFUSALS = ['InputError', 'Unobtainable', 'ArchiveError', 'DamagedArchive'];
export const isRefusal = (error: unknown): boolean =>
  REFUSALS.includes((error as Error | undefined)?.name ?? '');
