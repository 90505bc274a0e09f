import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../foundation';
import {
  countClassifierParameters,
  countParameters,
  hasWeights,
  readClassifierConfiguration,
  readConfiguration,
  weightFiles,
} from '../nn';
import { expectedOf, labelLogits, onnxPath } from '../onnx';
import { encodeWholeTexts, inView, tagTexts } from '../tasks';
import { Tokenizer } from '../tokenization';
import type { Variant } from './benchmark';
import type { TextVariant } from './benchmark-texts';
import type { Runnable } from './measure';
import { type Peer, startPeer } from './peer';

interface Greeting {
  /** File that counts as its size on disk; null for the weights of the model folder. */
  file: string | null;
  /** Null for the files of the model folder. */
  parameters: number | null;
}

/** Windows of token ids; null requests the memory. */
type Question = number[][] | null;

interface Answer {
  seconds: number;
  logits: number[][];
  peak_megabytes: number;
}

type Runner = Peer<Greeting, Question, Answer>;

interface Contender {
  name: string;
  script: string;
  options: string[];
  /** Files of the model folder that it needs. */
  needs: string;
  untrained?: boolean;
}

function contendersOf(folder: string): Contender[] {
  const python = (kind: string, name: string, needs: string): Contender => ({
    name,
    script: 'inference_peers.py',
    options: [kind, folder],
    needs,
  });
  const [weights] = weightFiles(folder);
  const [exported, quantized] = [false, true].map((quantized) => onnxPath(folder, { quantized }));
  return [
    python('torch', 'PyTorch eager fp32', weights),
    python('torch-int8', 'PyTorch dynamic int8', weights),
    python('onnxruntime', "Python's ONNX Runtime fp32", exported),
    python('onnxruntime-int8', "Python's ONNX Runtime int8", quantized),
    { name: 'transformers.js int8', script: 'transformers_js_peer.mjs', options: [folder], needs: quantized },
    { ...python('distilbert', "DistilBERT's shape, PyTorch eager", weights), untrained: true },
  ];
}

/** Programs that run a model folder, each a variant; `end` ends them. */
export interface OpenPeers<Opened> {
  variants: Opened[];
  end: () => Promise<void>;
}

/**
 * Opens a tagger's folder in other runtimes, each in a separate process: PyTorch, ONNX Runtime from Python, transformers.js; and a
 * network of DistilBERT's shape with random weights, for size and speed. PyTorch's eager fp32 comes first. Messages between the
 * processes are not timed.
 *
 * Throws InputError if the folder has no weights, and an Error if a program does not start.
 */
export const openPeers = (folder: string, options: { threads: number }): Promise<OpenPeers<Variant>> =>
  open(
    folder,
    () => true,
    options,
    (contender, peer) => {
      const configuration = readConfiguration(folder);
      const runnable = runnableOf(contender, peer, folder, options.threads, countParameters(configuration));
      const { tokenizer } = runnable;
      // With the classes of its first view, if it has views, as `openTagger` does.
      const { configuration: tagging, score } = inView({ configuration, score: runnable.score });
      const answer = (texts: readonly string[]) => tagTexts(texts, tokenizer, score, tagging);
      return { ...runnable, tagging, score, measureMemory: memoryOf(peer, answer) };
    },
  );

/** The same for a text classifier in the runtimes of Python: PyTorch first, then ONNX Runtime. @param options `only` one of them, by its name */
export const openTextPeers = (
  folder: string,
  { only, ...options }: { threads: number; only?: string },
): Promise<OpenPeers<TextVariant>> =>
  open(
    folder,
    ({ name, script, untrained }) =>
      script.endsWith('.py') && !untrained && (only === undefined || name === only),
    options,
    (contender, peer) => {
      const configuration = readClassifierConfiguration(folder);
      const parameters = countClassifierParameters(configuration);
      const runnable = runnableOf(contender, peer, folder, options.threads, parameters);
      const answer = async (texts: readonly string[]) => {
        const { windows } = await encodeWholeTexts(texts, runnable.tokenizer, configuration.maximumLength);
        await runnable.score(windows);
      };
      return { ...runnable, configuration, measureMemory: memoryOf(peer, answer) };
    },
  );

async function open<Opened>(
  folder: string,
  isWanted: (contender: Contender) => boolean,
  { threads }: { threads: number },
  variantOf: (contender: Contender, peer: Runner) => Opened,
): Promise<OpenPeers<Opened>> {
  if (!hasWeights(folder))
    throw new InputError(`${folder}: has no weights for PyTorch; name the folder of a trained model`);
  const contenders = contendersOf(folder).filter((one) => isWanted(one) && existsSync(one.needs));
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-peers-'));
  const environment = { OMP_NUM_THREADS: String(threads) };
  const peers: Runner[] = [];
  const end = async () => {
    await Promise.all(peers.map((peer) => peer.end()));
    rmSync(scratch, { recursive: true });
  };
  const started = await Promise.allSettled(
    contenders.map(async ({ script, options }) => {
      const words = [...options, String(threads), scratch];
      peers.push(await startPeer<Greeting, Question, Answer>(script, words, environment));
      return peers.at(-1)!;
    }),
  );
  const variants: Opened[] = [];
  for (const [index, result] of started.entries()) {
    if (result.status === 'rejected') {
      await end();
      throw result.reason;
    }
    variants.push(variantOf(contenders[index], result.value));
  }
  return { variants, end };
}

function runnableOf(
  { name, untrained }: Contender,
  peer: Runner,
  folder: string,
  threads: number,
  parameters: number,
): Omit<Runnable, 'measureMemory'> {
  const expected = expectedOf(folder);
  let messageMs = 0;
  return {
    name: untrained ? name : `${basename(resolve(folder))} ${name}`,
    files: peer.greeting.file === null ? weightFiles(folder) : [peer.greeting.file],
    tokenizer: new Tokenizer(folder),
    threads,
    parameters: peer.greeting.parameters ?? parameters,
    untrained,
    messageMs: () => messageMs,
    async score(windows) {
      const start = performance.now();
      const { seconds, logits } = await peer.ask(windows.map(({ inputIds }) => [...inputIds]));
      messageMs += performance.now() - start - seconds * 1000;
      return logits.map((rows) => labelLogits(Float32Array.from(rows), expected.names.length, expected));
    },
    // The peer is a separate process, so its earlier work counts as well.
    dispose: async () => {},
  };
}

/** Peak memory of a peer after it has answered some texts. */
const memoryOf =
  (peer: Runner, answer: (texts: readonly string[]) => Promise<unknown>): Runnable['measureMemory'] =>
  async (texts) => {
    await answer(texts);
    return (await peer.ask(null)).peak_megabytes;
  };
