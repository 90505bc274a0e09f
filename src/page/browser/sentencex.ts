/**
 * Stands in for the package `sentencex`, whose native library no browser can load: the bundler resolves that name to this file. The
 * caller starts it with the bytes of its WebAssembly first.
 */
export { initSync as startSentencex, segment } from 'sentencex-wasm';
