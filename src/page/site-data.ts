import type { ModelConfiguration } from '../nn';
import type { ExpectedModel } from '../onnx';

/** What the page must know of its own files, written into index.html. Paths are relative to the page. */
export interface SiteData {
  models: PageModel[];
  /** ONNX Runtime and the sentence splitter, WebAssembly compressed with gzip. */
  runtime: string;
  sentences: string;
}

/** A tagger of the page. */
export interface PageModel {
  name: string;
  /** The ONNX file and tokenizer.json, compressed with gzip. */
  onnx: string;
  tokenizer: string;
  /** Bytes to download. */
  size: number;
  configuration: ModelConfiguration;
  expected: ExpectedModel;
  sharesCalls: boolean;
}
