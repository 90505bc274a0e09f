import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../foundation';
import { countParameters, hasWeights, readConfiguration, weightFiles } from '../nn';
import { expectedOf, labelLogits, onnxPath } from '../onnx';
import { tagTexts } from '../tasks';
import { Tokenizer } from '../tokenization';
import type { Variant } from './benchmark';
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

/**
 * Opens a model folder in other runtimes, each in a separate process: PyTorch, ONNX Runtime from Python, transformers.js; and a
 * network of DistilBERT's shape with random weights, for size and speed. PyTorch's eager fp32 comes first. Messages between the
 * processes are not timed.
 *
 * Throws InputError if the folder has no weights, and an Error if a program does not start.
 */
export async function openPeers(
  folder: string,
  { threads }: { threads: number },
): Promise<{ variants: Variant[]; end: () => Promise<void> }> {
  if (!hasWeights(folder))
    throw new InputError(`${folder}: has no weights for PyTorch; name the folder of a trained model`);
  const contenders = contendersOf(folder).filter(({ needs }) => existsSync(needs));
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-peers-'));
  const environment = { OMP_NUM_THREADS: String(threads) };
  const peers: Runner[] = [];
  const end = async () => {
    await Promise.all(peers.map((peer) => peer.end()));
    rmSync(scratch, { recursive: true });
  };
  const started = await Promise.allSettled(
    contenders.map(async ({ script, options }) => {
      const all = [...options, String(threads), scratch];
      peers.push(await startPeer<Greeting, Question, Answer>(script, all, environment));
      return peers.at(-1)!;
    }),
  );
  const variants: Variant[] = [];
  for (const [index, result] of started.entries()) {
    if (result.status === 'rejected') {
      await end();
      throw result.reason;
    }
    variants.push(variantOf(contenders[index], result.value, folder, threads));
  }
  return { variants, end };
}

function variantOf({ name, untrained }: Contender, peer: Runner, folder: string, threads: number): Variant {
  const tagging = readConfiguration(folder);
  const expected = expectedOf(folder);
  const tokenizer = new Tokenizer(folder);
  let messageMs = 0;
  const score: Variant['score'] = async (windows) => {
    const start = performance.now();
    const { seconds, logits } = await peer.ask(windows.map(({ inputIds }) => [...inputIds]));
    messageMs += performance.now() - start - seconds * 1000;
    return logits.map((rows) => labelLogits(Float32Array.from(rows), expected.names.length, expected));
  };
  return {
    name: untrained ? name : `${basename(resolve(folder))} ${name}`,
    files: peer.greeting.file === null ? weightFiles(folder) : [peer.greeting.file],
    tokenizer,
    tagging,
    threads,
    parameters: peer.greeting.parameters ?? countParameters(tagging),
    untrained,
    messageMs: () => messageMs,
    score,
    // The peer is a separate process, so its earlier work counts as well.
    dispose: async () => {},
    measureMemory: async (texts) => {
      await tagTexts(texts, tokenizer, score, tagging);
      return (await peer.ask(null)).peak_megabytes;
    },
  };
}
