import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { areFinite, cacheFolder, InputError, type Progress } from '../../foundation';
import { type LabelNetwork, readSafetensors, weightFiles, writeSafetensors } from '../../nn';

/** Windows scored between two progress updates. */
const AT_ONCE = 1024;

/**
 * Returns a teacher's logits of windows, each [length, outputs], or [labels] for one answer per text. They are cached under a
 * fingerprint of teacher and windows, so that further students and resumed runs do not compute them again.
 */
export async function teacherLogits(
  teacher: LabelNetwork,
  windows: readonly { inputIds: Int32Array }[],
  rows: 'tokens' | 'text',
  progress: Progress,
): Promise<Float32Array[]> {
  const path = join(cacheFolder(), 'teacher-logits', `${fingerprint(teacher.source, windows)}.safetensors`);
  const rowsOf = ({ inputIds }: { inputIds: Int32Array }) => (rows === 'tokens' ? inputIds.length : 1);
  const total = windows.reduce((sum, window) => sum + rowsOf(window), 0);
  const all = kept(path, total) ?? (await computeAndKeep(teacher, windows, total, progress, path));
  const outputs = all.length / total;
  let from = 0;
  return windows.map((window) => {
    const own = all.slice(from, from + rowsOf(window) * outputs);
    from += own.length;
    return own;
  });
}

/** Reads the logits cached by an earlier run; undefined if they are missing, damaged or of another shape. */
function kept(path: string, rows: number): Float32Array | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const logits = readSafetensors(path).get('logits');
    return logits?.shape.length === 2 && logits.shape[0] === rows && areFinite(logits.data)
      ? logits.data
      : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

async function computeAndKeep(
  teacher: LabelNetwork,
  windows: readonly { inputIds: Int32Array }[],
  rows: number,
  progress: Progress,
  path: string,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let start = 0; start < windows.length; start += AT_ONCE) {
    parts.push(...(await teacher.score(windows.slice(start, start + AT_ONCE))));
    progress.update(parts.length, windows.length, 'windows');
  }
  progress.end();
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeSafetensors(path, new Map([['logits', { shape: [rows, all.length / rows], data: all }]]));
  return all;
}

/** Hashes the teacher's weights and shape, and every input token. */
function fingerprint(teacher: string, windows: readonly { inputIds: Int32Array }[]): string {
  const hash = createHash('sha256');
  for (const file of [join(teacher, 'config.json'), ...weightFiles(teacher)]) hash.update(readFileSync(file));
  for (const { inputIds } of windows) {
    hash.update(Uint32Array.of(inputIds.length));
    hash.update(inputIds);
  }
  return hash.digest('hex');
}
