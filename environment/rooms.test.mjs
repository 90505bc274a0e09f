// A room of src/ imports from itself and from the rooms above it in this list, from none below. Biome forbids cycles between files.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { ROOMS as rooms } from './architecture.mjs';
import { root } from './places.mjs';

const ROOMS = Object.keys(rooms);

/** Allowed imports from a room below, as "file -> import", each with its reason. */
const EXCEPTIONS = {};

/** Returns the forbidden imports of a file, such as "nn/model.ts -> ../training". @param file relative to src */
function faults(file, content) {
  const own = ROOMS.indexOf(file.split('/')[0]);
  return ts
    .preProcessFile(content, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .filter((name) => ROOMS.indexOf(posix.join(posix.dirname(file), name).split('/')[0]) > own)
    .map((name) => `${file} -> ${name}`);
}

const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map(({ parentPath, name }) => posix.relative(join(root, 'src'), join(parentPath, name)));

test('each room imports only from rooms above it', () => {
  // The library's entry file names every room; tests, benchmarks and fixtures may import from anywhere.
  const checked = sources.filter(
    (file) =>
      file.includes('/') && !/\.(?:test|bench|fixture|d)\.ts$/.test(file) && !file.includes('/fixtures/'),
  );
  const found = checked.flatMap((file) => faults(file, readFileSync(join(root, 'src', file), 'utf8')));
  assert.deepEqual(found.sort(), Object.keys(EXCEPTIONS).sort());
});

test('every folder of src/ is in the list', () => {
  const folders = new Set(sources.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
  assert.deepEqual([...folders].sort(), [...ROOMS].sort());
});

test('imports of types, dynamic imports, calls of require and exports from a room below are detected, comments are ignored', () => {
  const content = `import type { Model } from '../nn';
    import { train } from '../../training/trainer';
    export * from '../cli';
    // import { a } from '../literature';
    const late = () => import('../visualization');
    const later = () => require('../benchmark');
    import { InputError } from '../foundation';`;
  assert.deepEqual(faults('onnx/check/graph.ts', content), ['onnx/check/graph.ts -> ../../training/trainer']);
  assert.deepEqual(faults('onnx/graph.ts', content), [
    'onnx/graph.ts -> ../cli',
    'onnx/graph.ts -> ../visualization',
    'onnx/graph.ts -> ../benchmark',
  ]);
});
