import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Resvg } from '@resvg/resvg-js';
import { FONT_FAMILY, fitText, fontFiles, textWidth, wrapText } from './font';

/** Measures the advance of a rendered text, kerning included: the distance between two bars around it, minus that without text. */
function drawnWidth(text: string, size: number, weight: 'normal' | 'bold'): number {
  const ink = (content: string) =>
    new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><text x="10" y="50" ` +
        `font-family="${FONT_FAMILY}" font-weight="${weight}" font-size="${size}">|${content}|</text></svg>`,
      { font: { fontFiles: fontFiles(), loadSystemFonts: false } },
    ).getBBox()!.width;
  return ink(text) - ink('');
}

test('computed widths equal those of the renderer', () => {
  for (const text of [
    'probability',
    'HeLa cells, p.V600E',
    'α-tubulin and β-catenin',
    '0.72 ± 0.05 %',
    'WWWiii…',
  ]) {
    for (const [name, weight] of [
      ['regular', 'normal'],
      ['bold', 'bold'],
    ] as const) {
      const drawn = drawnWidth(text, 20, weight);
      const computed = textWidth(text, 20, name);
      assert.ok(Math.abs(computed - drawn) < 0.02 * drawn, `${text} ${name}: ${computed} against ${drawn}`);
    }
  }
});

test('a character missing from the font has a width', () => {
  assert.ok(textWidth('\u{1F9EC}', 10) > 0);
});

test('fitting keeps texts that fit, and cuts others with an ellipsis', () => {
  assert.equal(fitText('Cell Line', 100, 12), 'Cell Line');
  const cut = fitText('a name that is far too long', 60, 12);
  assert.match(cut, /^a name.*…$/);
  assert.ok(textWidth(cut, 12) <= 60);
});

test('wrapping keeps all words and respects the width', () => {
  const text = 'Dev loss was lowest after epoch 2, but mean F1 highest (0.68) after epoch 3.';
  const lines = wrapText(text, 150, 12);
  assert.ok(lines.length > 2);
  assert.equal(lines.join(' '), text);
  for (const line of lines) assert.ok(textWidth(line, 12) <= 150);
  const pieces = wrapText('immunohistochemistry', 40, 12);
  assert.equal(pieces.join(''), 'immunohistochemistry');
  for (const piece of pieces) assert.ok(textWidth(piece, 12) <= 40);
  assert.deepEqual(wrapText('mm', 1, 12), ['m', 'm'], 'one character at least');
  assert.deepEqual(wrapText('', 20, 12), []);
});
