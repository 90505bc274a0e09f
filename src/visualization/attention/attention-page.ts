import { join } from 'node:path';
import { projectRoot, readTextFile } from '../../foundation';
import { escapeHtml } from '../notebook/html';
import { LABEL_COLOURS } from '../palette';
import { type Attention, CAUTION, checkAttention } from './attention';
import { page } from './page';

/** Style and script are separate files that are inlined; read from the source folder, since the compiler does not copy them. */
const FOLDER = join(projectRoot, 'src', 'visualization', 'attention');
/** A weight of 1 in the page's data. */
const ONE = 65535;

/**
 * Renders attention as a self-contained HTML page that opens offline: one layer at a time, heads as coloured tiles to switch, the lines of
 * one token alone on hover or focus, with weights to two decimals.
 *
 * @param title plain text, such as the name of the model
 * @example
 * writeFileAtomically('attention.html', attentionPage('BERT', { tokens, layers }));
 */
export function attentionPage(title: string, attention: Attention): string {
  checkAttention(attention);
  const { tokens, layers } = attention;
  const heads = Math.max(...layers.map((own) => own.length));
  const data = {
    tokens,
    colours: Array.from({ length: heads }, (_, head) => LABEL_COLOURS[head % LABEL_COLOURS.length]),
    one: ONE,
    // [layers][heads], each head as base64 of little-endian 16-bit integers [tokens × tokens].
    layers: layers.map((own) => own.map(packed)),
  };
  const read = (name: string) => readTextFile(join(FOLDER, name));
  return page({
    title: escapeHtml(title),
    caution: escapeHtml(CAUTION),
    style: read('page.css'),
    script: read('page.js'),
    // A token may contain "</script>" or "<!--", so every "<" in the data is escaped.
    data: JSON.stringify(data).replaceAll('<', '\\u003c'),
  });
}

function packed(weights: Float32Array): string {
  const bytes = Buffer.alloc(2 * weights.length);
  for (const [place, weight] of weights.entries())
    bytes.writeUInt16LE(Math.round(Math.min(1, weight) * ONE), 2 * place);
  return bytes.toString('base64');
}
