import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { JSDOM } from 'jsdom';
import { sizeLatencyF1 } from '../figures/size-latency-f1';
import { interactiveHtml, showFigure } from './show-figure';
import { showTable } from './show-table';

const notebook = globalThis as { __tslab__?: unknown };
afterEach(() => {
  delete notebook.__tslab__;
});

/** A kernel that records what is displayed. */
function startKernel(): [kind: 'png' | 'html', content: Uint8Array | string][] {
  const shown: ['png' | 'html', Uint8Array | string][] = [];
  const display = {
    png: (picture: Uint8Array) => shown.push(['png', picture]),
    html: (source: string) => shown.push(['html', source]),
  };
  notebook.__tslab__ = {
    require: (name: string) => {
      assert.equal(name, 'tslab');
      return { display };
    },
  };
  return shown;
}

const figure = sizeLatencyF1([
  { name: '</script><b>int8</b>', sizeMb: 23, latencyMs: 3, f1: 0.7 },
  { name: 'fp32', sizeMb: 90, latencyMs: 8, f1: 0.71 },
]);

test('a notebook gets the PNG, and the interactive view only on request', async () => {
  const shown = startKernel();
  await showFigure(figure);
  assert.deepEqual(
    shown.map(([kind]) => kind),
    ['png'],
  );
  assert.equal(Buffer.from(shown[0][1] as Uint8Array).toString('latin1', 1, 4), 'PNG');
  await showFigure(figure, { interactive: true });
  assert.deepEqual(
    shown.map(([kind]) => kind),
    ['png', 'png', 'html'],
  );
});

test('nothing is shown outside a notebook', async () => {
  await showFigure(figure);
  showTable([{ a: 1 }], 'nowhere');
});

test('the interactive view draws the figure with embedded scripts, without network', () => {
  const html = interactiveHtml(figure) + interactiveHtml(figure);
  const { window } = new JSDOM(`<body>${html}</body>`, { runScripts: 'dangerously' });
  const plots = [...window.document.querySelectorAll('[id^=notebook-plot]')] as (Element & {
    data?: unknown;
  })[];
  assert.equal(plots.length, 2);
  assert.notEqual(plots[0].id, plots[1].id);
  for (const plot of plots) {
    const data = JSON.parse(JSON.stringify(plot.data)) as typeof figure.data;
    assert.deepEqual(data[0].x, [3, 8]);
  }
});
