// No regular expression of the project may take more than linear time: it is matched against files and server responses.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { root } from './places.mjs';

/** Returns all sources except tests, whose patterns match only their own data. */
function sources() {
  return ['src', 'environment'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter(
        (name) => /\.(?:ts|js|mjs|cjs)$/.test(name) && !/\.(?:test|fixture|d)\.m?ts$|\.test\.mjs$/.test(name),
      )
      .map((name) => join(folder, name)),
  );
}

/** Returns the patterns of a file with their lines: literals, and RegExp of a literal string. */
function patternsOf(file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = [];
  const add = (node, pattern, flags) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push({ place: `${file}:${line}`, pattern, flags });
  };
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText() === 'RegExp' &&
      node.arguments?.length &&
      ts.isStringLiteralLike(node.arguments[0])
    ) {
      const [{ text }, flags] = node.arguments;
      add(node, text, flags && ts.isStringLiteralLike(flags) ? flags.text : '');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

// Work is limited by steps, not by time: otherwise the result would depend on the machine's load.
const time = 60_000;
const limits = { timeout: time, seedingTimeout: time, incubationTimeout: time, attackTimeout: time };

/** Describes the fault of a pattern, or returns undefined. */
function fault(pattern, flags) {
  // `d` does not affect matching, and the checker does not know it.
  const { status, complexity, attack, error } = checkSync(pattern, flags.replace('d', ''), limits);
  if (status === 'safe') return undefined;
  if (status === 'unknown') return `cannot be checked (${error.kind})`;
  return `takes ${complexity.summary} time, for example on ${attack.pattern}`;
}

test('the checker distinguishes ambiguous repetition from the plain kind', () => {
  assert.match(fault('^(?:a|a)*$', ''), /exponential/);
  assert.match(fault('\\s+$', ''), /2nd degree/);
  assert.equal(fault('^[^,]*,[^,]*$', ''), undefined);
});

test('every pattern takes at most linear time', () => {
  const patterns = sources().flatMap(patternsOf);
  assert.ok(patterns.length > 100);
  const faults = new Map();
  for (const { pattern, flags } of patterns) {
    const key = `/${pattern}/${flags}`;
    if (!faults.has(key)) faults.set(key, fault(pattern, flags));
  }
  const reported = patterns.flatMap(({ place, pattern, flags }) => {
    const key = `/${pattern}/${flags}`;
    return faults.get(key) ? [`${place}: ${key} ${faults.get(key)}`] : [];
  });
  assert.deepEqual(reported, []);
});
