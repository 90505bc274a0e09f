import { env, InferenceSession } from 'onnxruntime-web/wasm';
import { type Session, sessionScorer } from '../../onnx';
import type { Tagger } from '../../tasks';
import { type TextTokenizer, type WordPieceFile, WordPieceTokenizer } from '../../tokenization';
import type { PageModel, SiteData } from '../site-data';
import { startSentencex } from './sentencex';
import { storedFile } from './stored-file';

export interface LoadedModel extends Tagger {
  tokenizer: TextTokenizer;
  dispose(): Promise<void>;
}

/** ONNX Runtime writes to the console only before it aborts; everything else is thrown. */
const FATAL = 4;

/** The WebAssembly of ONNX Runtime and of the sentence splitter, loaded once. */
let started: Promise<void> | undefined;

/**
 * Loads a model of the page, and on first use the libraries that it runs in.
 *
 * @param beforeCall called before each call of the runtime; it may throw to stop
 * @param onBytes called with the number of bytes received
 */
export async function loadModel(
  model: PageModel,
  site: SiteData,
  beforeCall: () => Promise<void>,
  onBytes: (received: number) => void,
): Promise<LoadedModel> {
  const received = new Map<string, number>();
  const file = (path: string) =>
    storedFile(path, (bytes) => {
      received.set(path, bytes);
      onBytes([...received.values()].reduce((sum, own) => sum + own, 0));
    });
  started ??= startLibraries(site, file);
  started.catch(() => {
    started = undefined; // the next run tries again
  });
  const [onnx, tokenizer] = await Promise.all([file(model.onnx), file(model.tokenizer), started]);
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
  const { expected, sharesCalls, configuration } = model;
  const { score, dispose } = sessionScorer(watched, { place: model.onnx, expected, sharesCalls });
  const content = JSON.parse(new TextDecoder().decode(tokenizer)) as WordPieceFile;
  return { configuration, score, dispose, tokenizer: new WordPieceTokenizer(content, model.tokenizer) };
}

async function startLibraries(
  { runtime, sentences }: SiteData,
  file: (path: string) => Promise<Uint8Array>,
): Promise<void> {
  const [onnxRuntime, sentencex] = await Promise.all([file(runtime), file(sentences)]);
  startSentencex({ module: sentencex });
  env.wasm.wasmBinary = onnxRuntime.buffer as ArrayBuffer;
  // Several threads would need a server that isolates the page from other origins.
  env.wasm.numThreads = 1;
}
