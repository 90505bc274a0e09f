import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import type { Figure } from '../figure';
import { composeLayout } from './compose';
import { renderSvg } from './render';
import { installTextBoxes } from './text-boxes';

interface TextBox {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Returns the boxes of a picture's texts; the lines of a text are joined by spaces. */
function textBoxes(svg: string): TextBox[] {
  const { window } = new JSDOM(svg, { contentType: 'image/svg+xml' });
  installTextBoxes(window.SVGElement.prototype);
  return [...window.document.querySelectorAll('text')]
    .filter((element) => element.textContent?.trim())
    .map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const lines = [...element.querySelectorAll('.line')].map(({ textContent }) => textContent);
      const text = lines.length ? lines.join(' ') : element.textContent!;
      return { text, left, right, top, bottom };
    });
}

/**
 * Asserts that no text of the figure is cut or overlaps another, and that its title is drawn.
 *
 * @returns the texts of the picture
 */
export async function checkReadable(figure: Figure): Promise<string[]> {
  const { width, height } = composeLayout(figure);
  const boxes = textBoxes(await renderSvg(figure));
  assert.ok(boxes.some(({ text }) => text === figure.title));
  boxes.forEach((box, index) => {
    const inside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height;
    assert.ok(inside, `"${box.text}" leaves the picture: ${JSON.stringify(box)}`);
    for (const other of boxes.slice(index + 1)) {
      // Boxes include accents and descenders, so an overlap of a pixel or two is still white.
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const along = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      assert.ok(across < 2 || along < 3, `"${box.text}" and "${other.text}" overlap`);
    }
  });
  return boxes.map(({ text }) => text);
}
