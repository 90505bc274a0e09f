import type { Tagger } from '../../tasks';
import {
  type TextTokenizer,
  type TokenScorer,
  type WordPieceFile,
  WordPieceTokenizer,
} from '../../tokenization';
import { shareScoring } from '../shared-scoring';
import type { PageModel, SiteData } from '../site-data';
import { openScorer, startScorers } from './scorers';
import { startSentencex } from './sentencex';
import { storedFile } from './stored-file';

export interface LoadedModel extends Tagger {
  tokenizer: TextTokenizer;
  dispose(): Promise<void>;
}

/** The WebAssembly of ONNX Runtime and of the sentence splitter, loaded once. */
let started: Promise<Uint8Array> | undefined;

/**
 * Loads a model of the page, and on first use the libraries that it runs in.
 *
 * @param beforeCall called before each call of the runtime; it may throw to stop
 * @param onHelped called with the number of windows that other workers have scored
 * @param onBytes called with the number of bytes received
 */
export async function loadModel(
  model: PageModel,
  site: SiteData,
  {
    beforeCall,
    onHelped,
    onBytes,
  }: {
    beforeCall: () => Promise<void>;
    onHelped: (windows: number) => void;
    onBytes: (received: number) => void;
  },
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
  const [onnx, tokenizer, runtime] = await Promise.all([file(model.onnx), file(model.tokenizer), started]);
  const opening = { runtime, onnx, model };
  const own = await openScorer(opening, beforeCall);
  let helpers: Set<TokenScorer> | undefined;
  const score = model.sharesCalls
    ? own.score // the other windows of a call may change its last digits
    : shareScoring(
        own.score,
        () => {
          helpers ??= startScorers(opening);
          return helpers;
        },
        onHelped,
      );
  const content = JSON.parse(new TextDecoder().decode(tokenizer)) as WordPieceFile;
  const { configuration } = model;
  return {
    ...{ configuration, score, dispose: own.dispose },
    tokenizer: new WordPieceTokenizer(content, model.tokenizer),
  };
}

/** @returns the WebAssembly of ONNX Runtime */
async function startLibraries(
  { runtime, sentences }: SiteData,
  file: (path: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const [onnxRuntime, sentencex] = await Promise.all([file(runtime), file(sentences)]);
  startSentencex({ module: sentencex });
  return onnxRuntime;
}
