/** Workers beside the page's own, each with a session of ONNX Runtime, that score windows of long texts. */
import { env, InferenceSession } from 'onnxruntime-web/wasm';
import { type Session, sessionScorer } from '../../onnx';
import type { TokenScorer } from '../../tokenization';
import type { PageModel } from '../site-data';

/** The name of such a worker, which runs the same program as the page's. */
export const SCORER = 'scorer';
/** Each has its own copy of the runtime, about 40 MB. */
const MOST_WORKERS = 4;

/** ONNX Runtime writes to the console only before it aborts; everything else is thrown. */
const FATAL = 4;

/** What a session needs. */
export interface Opening {
  /** WebAssembly of ONNX Runtime. */
  runtime: Uint8Array;
  /** The ONNX file. */
  onnx: Uint8Array;
  model: Pick<PageModel, 'onnx' | 'expected' | 'sharesCalls'>;
}

type Question = Opening | { windows: { inputIds: Int32Array }[]; port: MessagePort };
type Answer = { scores: Float32Array[] } | { message: string };

/** @param beforeCall called before each call of the runtime; it may throw to stop */
export async function openScorer(
  { runtime, onnx, model }: Opening,
  beforeCall: () => Promise<void> = async () => {},
): Promise<ReturnType<typeof sessionScorer>> {
  env.wasm.wasmBinary = runtime.buffer as ArrayBuffer;
  // Several threads would need a server that isolates the page from other origins.
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: FATAL,
  });
  const watched: Session = {
    inputNames: session.inputNames,
    release: () => session.release(),
    async run(inputs) {
      await beforeCall();
      return session.run(inputs);
    },
  };
  const { expected, sharesCalls } = model;
  return sessionScorer(watched, { place: model.onnx, expected, sharesCalls });
}

/** Starts as many scorers as the processor has cores for beside the page's worker. */
export function startScorers(opening: Opening): Set<TokenScorer> {
  const count = Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS) - 1;
  return new Set(Array.from({ length: count }, () => startScorer(opening)));
}

function startScorer(opening: Opening): TokenScorer {
  const worker = new Worker('worker.js', { type: 'module', name: SCORER });
  const failure = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
  });
  failure.catch(() => {}); // reported to who waits for scores
  worker.postMessage(opening satisfies Question);
  return (windows) => {
    const { port1, port2 } = new MessageChannel();
    const scored = new Promise<Float32Array[]>((resolve, reject) => {
      port1.onmessage = ({ data }: MessageEvent<Answer>) => {
        port1.close();
        if ('scores' in data) resolve(data.scores);
        else reject(new Error(data.message));
      };
    });
    // Copies, since a view would be sent with all of its buffer.
    const copies = windows.map(({ inputIds }) => ({ inputIds: inputIds.slice() }));
    worker.postMessage({ windows: copies, port: port2 } satisfies Question, [port2]);
    return Promise.race([scored, failure]);
  };
}

/** Makes this worker a scorer. */
export function answerAsScorer(): void {
  let opened: ReturnType<typeof openScorer>;
  addEventListener('message', async ({ data }: MessageEvent<Question>) => {
    if ('onnx' in data) {
      opened = openScorer(data);
      opened.catch(() => {}); // reported as the answer to the first windows
      return;
    }
    let answer: Answer;
    try {
      answer = { scores: await (await opened).score(data.windows) };
    } catch (error) {
      answer = { message: (error as Error).message };
    }
    data.port.postMessage(answer);
  });
}
