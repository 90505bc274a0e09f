import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../foundation';
import { relativeBucket } from './relative-positions';

test('every distance within 512 positions has the bucket that Hugging Face gives it', () => {
  const path = join(projectRoot, 'src', 'nn', 'fixtures', 'relative-buckets.json');
  const expected = JSON.parse(readFileSync(path, 'utf8')) as number[];
  assert.equal(expected.length, 1023);
  assert.deepEqual(
    expected.map((_, place) => relativeBucket(place - 511)),
    expected,
  );
});
