import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { loadAnnotator } from './annotator';
import { loadClassifier } from './classifier';

/**
 * Megabytes that 200 models may leave allocated. A session of these tiny models takes 0.6 MB: without `dispose`, 200 leave 128; with it,
 * 10 to 17, held by tokenizers.
 */
const MOST_MEGABYTES = 60;

test('opening and closing 200 annotators and classifiers leaves no sessions', async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const residentMegabytes = () => {
    collectGarbage();
    return process.memoryUsage().rss / 1e6;
  };
  const classifierFolder = tinyClassifier(t);
  // A server may keep closed objects reachable: they are not collected, so only `dispose` frees them.
  const closed: unknown[] = [];
  const openAndClose = async (pairs: number) => {
    for (let pair = 0; pair < pairs; pair++) {
      const annotator = await loadAnnotator(tinyBertFolder, { threads: 1 });
      const classifier = await loadClassifier(classifierFolder, { threads: 1 });
      assert.ok((await annotator.annotate('Primary T cells and liver grew.')).length > 0);
      assert.equal((await classifier.classify('my card')).length, 3);
      await annotator.dispose();
      await classifier[Symbol.asyncDispose]();
      closed.push(annotator, classifier);
    }
  };
  await openAndClose(20);
  const warm = residentMegabytes();
  await openAndClose(100);
  const grown = residentMegabytes() - warm;
  assert.ok(grown < MOST_MEGABYTES, `${grown.toFixed(0)} MB more than after 40 models`);
  await assert.rejects((closed[0] as Awaited<ReturnType<typeof loadAnnotator>>).annotate('T cells grew.'));
});
