import { InputError, isJsonObject, parseJson, readLines } from '../foundation';
import { type LabelTask, TASKS } from '../tasks';

/**
 * Detects the task of data files from the first line of each: lines with `spans` are sentences to tag, lines with `label` or
 * `labels` and tables are texts to classify.
 *
 * @throws InputError for an empty file, a first line of neither kind, and files of both kinds
 */
export function taskOfFiles(paths: readonly string[]): LabelTask {
  const tasks = paths.map(taskOfFile);
  const other = tasks.findIndex((task) => task !== tasks[0]);
  if (other >= 0)
    throw new InputError(
      `${paths[other]}: contains ${ITEMS[tasks[other]]}, but ${paths[0]} ${ITEMS[tasks[0]]}; train on files of one kind`,
    );
  return tasks[0];
}

/** Reads the texts of a data file, whatever its task. */
export const textsOfFile = (path: string): string[] =>
  TASKS[taskOfFiles([path])].read(path).map(({ text }) => text);

const ITEMS: Record<LabelTask, string> = {
  tagging: 'sentences with "spans"',
  classification: 'texts with a "label"',
};

function taskOfFile(path: string): LabelTask {
  for (const line of readLines(path)) {
    if (line.trim() === '') continue;
    // A table begins with its header.
    if (!/^\s*[{["\d]/.test(line) || /^\s*"[^"]*"\s*[,;\t]/.test(line)) return 'classification';
    let value: unknown;
    try {
      value = parseJson(line);
    } catch {
      return 'tagging'; // whose reader says what is wrong with the line
    }
    if (isJsonObject(value) && value.spans === undefined && ('label' in value || 'labels' in value))
      return 'classification';
    return 'tagging';
  }
  throw new InputError(`${path}: is empty; give sentences with "spans", or texts with a "label"`);
}
