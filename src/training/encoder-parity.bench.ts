/**
 * `npm run bench -- encoder-parity [--encoder NAME]… [--json]`: whether pretrained encoders compute here what they compute in
 * PyTorch. A check rather than a measurement: exit status 1 if not.
 *
 * Each encoder (by default every one of models/registry.json; those not at hand are fetched) gets a new head of three labels and is
 * saved; Python's `AutoModelForTokenClassification` loads the folder. Compared on lines of README.md, in windows of different lengths,
 * padded, without dropout: token ids, logits, hidden states and attention weights of every layer (1e-4), the gradient of every parameter (1e-3 relative), the parameters after three steps of AdamW (1e-4
 * relative), and the logits of the exported ONNX file (1e-4).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPeer } from '../benchmark';
import { createRandom, projectRoot } from '../foundation';
import {
  type Batch,
  download,
  fetchEncoder,
  free,
  inspectLayers,
  Model,
  readSafetensors,
  registeredEncoders,
  Tape,
  tidy,
  upload,
} from '../nn';
import { isKeyBias, relativeError } from '../nn/network.fixture';
import { encodeAsOnnx } from '../onnx';
import { runOnnxBatch } from '../onnx/run.fixture';
import { cutWindows, Tokenizer } from '../tokenization';
import { AdamW } from './optimizer';

const LIMITS = {
  logits: 1e-4,
  'hidden states': 1e-4,
  'attention weights': 1e-4,
  gradients: 1e-3,
  'three steps': 1e-4,
  ONNX: 1e-4,
};
/** Tokens of each window: short, usual, and long enough for the most distant relative positions. */
const LENGTHS = [7, 40, 300];
const LABELS = ['one', 'two', 'three'];

interface Answer {
  logits: number[];
  ids: number[][];
}

type Row = { encoder: string; 'same token ids': boolean } & Record<keyof typeof LIMITS, number>;

/** The lines of this project's description. */
const descriptionTexts = (): string[] =>
  readFileSync(join(projectRoot, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');

/** Windows of that text of given lengths, padded with the padding token. */
async function makeBatch(tokenizer: Tokenizer, paddingId: number): Promise<Batch> {
  const [encoded] = await tokenizer.encode([descriptionTexts().join(' ')]);
  const windows = LENGTHS.map((length) => cutWindows(encoded, tokenizer, length)[0]);
  const size = windows.length;
  const length = Math.max(...LENGTHS);
  const inputIds = new Int32Array(size * length).fill(paddingId);
  const attentionMask = new Float32Array(size * length);
  windows.forEach((window, row) => {
    inputIds.set(window.inputIds, row * length);
    attentionMask.fill(1, row * length, row * length + window.inputIds.length);
  });
  return { size, length, inputIds, attentionMask };
}

/** Largest differences of the layers of each window, without padding, from those in a file with Python's. */
function compareLayers(model: Model, { size, length, inputIds, attentionMask }: Batch, file: string) {
  const expected = readSafetensors(file);
  const [hidden, attention] = [expected.get('hidden_states')!, expected.get('attentions')!];
  const heads = attention.shape[2];
  const width = hidden.shape[3];
  const worst = { 'hidden states': 0, 'attention weights': 0 };
  for (let row = 0; row < size; row++) {
    const tokens = attentionMask.subarray(row * length, (row + 1) * length).indexOf(0);
    const used = tokens < 0 ? length : tokens;
    const found = inspectLayers(model, inputIds.subarray(row * length, row * length + used));
    const compare = (what: keyof typeof worst, own: Float32Array, theirs: Float32Array) =>
      own.forEach((value, place) => {
        worst[what] = Math.max(worst[what], Math.abs(value - theirs[place]));
      });
    found.hiddenStates.forEach((states, layer) => {
      const from = (layer * size + row) * length * width;
      compare('hidden states', states, hidden.data.subarray(from, from + used * width));
    });
    found.attentions.flat().forEach((weights, number) => {
      const matrix = (Math.floor(number / heads) * size + row) * heads + (number % heads);
      for (let token = 0; token < used; token++) {
        const from = (matrix * length + token) * length;
        const own = weights.subarray(token * used, (token + 1) * used);
        compare('attention weights', own, attention.data.subarray(from, from + used));
      }
    });
  }
  return worst;
}

async function check(name: string, ask: (folder: string) => Promise<Answer>, folder: string): Promise<Row> {
  const source = await fetchEncoder(name);
  const model = Model.fromEncoder(source, { kind: 'tokens', labels: LABELS }, 1);
  model.save(folder, source);
  const tokenizer = new Tokenizer(source);
  const batch = await makeBatch(tokenizer, model.encoder.paddingId);
  const { size, length, inputIds, attentionMask } = batch;
  const random = createRandom(2);
  // What is computed for padding is never read, and programs differ there.
  const direction = Float32Array.from(
    { length: attentionMask.length * LABELS.length },
    (_, place) => (attentionMask[Math.floor(place / LABELS.length)] * (2 * random.next() - 1)) / size,
  );
  const rowsOf = <T>(values: ArrayLike<T>, width: number) =>
    Array.from({ length: values.length / width }, (_, row) =>
      Array.from(values).slice(row * width, (row + 1) * width),
    );
  const texts = descriptionTexts().slice(0, 50);
  writeFileSync(
    join(folder, 'inputs.json'),
    JSON.stringify({
      input_ids: rowsOf(inputIds, length),
      attention_mask: rowsOf(attentionMask, length),
      direction: rowsOf(rowsOf(direction, LABELS.length), length),
      texts,
    }),
  );
  const expected = await ask(folder);
  const ours = (await tokenizer.encode(texts)).map(
    (encoded) => cutWindows(encoded, tokenizer, model.encoder.maximumPositions)[0].inputIds,
  );

  const difference = (logits: ArrayLike<number>) =>
    expected.logits.reduce(
      (worst, value, place) =>
        attentionMask[Math.floor(place / LABELS.length)] === 1
          ? Math.max(worst, Math.abs(value - logits[place]))
          : worst,
      0,
    );
  const layers = compareLayers(model, batch, join(folder, 'layers.safetensors'));
  const optimizer = new AdamW(model.parameters, 0.1);
  let logits = 0;
  let gradients = 0;
  for (let step = 0; step < 3; step++) {
    const byName = tidy(() => {
      const weights = model.parameters.read();
      const tape = new Tape(true);
      const output = model.logits(tape, weights, batch);
      if (step === 0) logits = difference(download(output));
      const byTensor = tape.backward(output, upload(direction, output.shape));
      return new Map([...weights].map(([parameter, weight]) => [parameter, byTensor.get(weight)!]));
    });
    if (step === 0) {
      const wanted = readSafetensors(join(folder, 'gradients.safetensors'));
      for (const [parameter, gradient] of byName)
        if (!isKeyBias(parameter))
          gradients = Math.max(
            gradients,
            relativeError(download(gradient), wanted.get(parameter)!.data, 1e-3),
          );
    }
    optimizer.update(byName, 1e-4, 1);
    free(...byName.values());
  }
  let steps = 0;
  const trained = readSafetensors(join(folder, 'trained.safetensors'));
  for (const [parameter, { data }] of model.parameters.snapshot())
    if (!isKeyBias(parameter))
      steps = Math.max(steps, relativeError(data, trained.get(parameter)!.data, 1e-3));
  optimizer.dispose();
  model.dispose();
  return {
    encoder: name,
    'same token ids': ours.every((ids, index) => String(ids) === String(expected.ids[index])),
    logits,
    ...layers,
    gradients,
    'three steps': steps,
    ONNX: difference(await runOnnxBatch(encodeAsOnnx(folder), batch)),
  };
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      encoder: { type: 'string', multiple: true, default: registeredEncoders().map(({ name }) => name) },
      json: { type: 'boolean', default: false },
    },
  });
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-parity-'));
  const python = await startPeer<Record<string, string>, string, Answer>('encoder_parity.py', []);
  const rows: Row[] = [];
  try {
    for (const [index, name] of options.encoder.entries())
      rows.push(await check(name, python.ask, join(scratch, String(index))));
  } finally {
    await python.end();
    rmSync(scratch, { recursive: true });
  }
  if (options.json) console.log(JSON.stringify({ ...python.greeting, encoders: rows }));
  else {
    console.log(
      `Largest differences from transformers ${python.greeting.transformers}, PyTorch ${python.greeting.torch}`,
    );
    console.table(rows);
  }
  for (const row of rows) {
    if (!row['same token ids']) throw new Error(`${row.encoder}: Python's tokenizer gives other token ids`);
    for (const [what, limit] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][])
      if (!(row[what] < limit))
        throw new Error(`${row.encoder}: ${what} differ by ${row[what]}, at most ${limit}`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
