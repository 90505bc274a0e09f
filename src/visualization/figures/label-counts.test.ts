import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manyLabels, SIZES } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { FIGURES } from './label-figures.fixture';

/** Parses from a reading how many labels are shown, and of how many. */
function countsIn(reading: string): [shown: number, all: number] | undefined {
  const [, shown, all] = /(\d+) of (\d+) labels shown: /.exec(reading) ?? [];
  return shown === undefined ? undefined : [Number(shown), Number(all)];
}

for (const [name, draw] of Object.entries(FIGURES)) {
  describe(`the figure ${name}`, () => {
    for (const size of SIZES) {
      test(`of ${size} labels is readable and names them`, async () => {
        const figure = draw(manyLabels(size));
        const texts = (await checkReadable(figure)).join('\n');
        if (name === 'boxes') return; // of one label
        const [shown] = countsIn(figure.reading) ?? [size];
        const drawn = new Set([...texts.matchAll(/\blabel(?: (\d+)|<)/g)].map(([, number]) => number)).size;
        // Unknown labels have no curve.
        assert.ok(
          drawn === shown || (figure.data.length < shown && drawn > 0.7 * shown),
          `${drawn} of ${shown}`,
        );
      });
    }

    test('of 77 labels shows some, and states how many', () => {
      const { reading } = draw(manyLabels(77));
      if (name === 'boxes') return;
      const [shown, all] = countsIn(reading)!;
      assert.ok(shown <= 30 && all === 77, reading);
    });
  });
}
