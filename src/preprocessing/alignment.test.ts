import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignTexts } from './alignment';

/** The counterpart in `right` of a piece of `left`, as text. */
const counterpart = (left: string, right: string, piece: string) => {
  const map = alignTexts(left, right);
  const start = left.indexOf(piece);
  return right.slice(map[start], map[start + piece.length - 1] + 1);
};

test('white space, moved blocks and differing pieces do not disturb the alignment', () => {
  const intro = 'The first paragraph tells at length of the cortex of mice and of rats.';
  const methods = 'The second paragraph says in many words how neurons were counted there.';
  const caption = 'Figure 1. A caption that is printed elsewhere shows the islets of the gland.';
  const left = `${intro}\n\n${caption}\n\n${methods}`;
  const right = `${intro.replace('cortex of mice', 'cortex  of\nmice')}\t${methods.replace('many words', 'few words')} ${caption.replace('Figure 1. ', '')}`;
  assert.equal(counterpart(left, right, 'islets'), 'islets');
  assert.equal(counterpart(left, right, 'neurons'), 'neurons');
  assert.equal(counterpart(left, right, 'cortex of mice'), 'cortex  of\nmice');
  assert.equal(alignTexts(left, right)[left.indexOf('Figure')], -1);
});

test('each occurrence of a repeated text is aligned by its surroundings', () => {
  const repeated = 'mast cells were seen in the tissue of the animals';
  const text = `Before lunch, as noted, ${repeated} on day one. After lunch, as expected, ${repeated} on day two.`;
  const map = alignTexts(text, `Summary ${text}`);
  for (let place = 0; place < text.length; place++)
    if (text[place] !== ' ') assert.equal(map[place], place + 'Summary '.length);
});
