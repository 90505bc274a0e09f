import { offlinePage } from '../offline-page/offline-page';
import { LABEL_COLOURS } from '../palette';
import { type Attention, checkAttention } from './attention';
import { CONTENT, INTRODUCTION } from './page';

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
  return offlinePage({
    ...{ title, subject: 'attention', folder: 'attention' },
    ...{ introduction: INTRODUCTION, content: CONTENT, data },
  });
}

function packed(weights: Float32Array): string {
  const bytes = Buffer.alloc(2 * weights.length);
  for (const [place, weight] of weights.entries())
    bytes.writeUInt16LE(Math.round(Math.min(1, weight) * ONE), 2 * place);
  return bytes.toString('base64');
}
