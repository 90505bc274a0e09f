import { statSync } from 'node:fs';
import { InputError, readLines } from '../foundation';
import { type LabelTask, labelTaskOf } from '../tasks';
import { taskOfFiles } from '../training';

/**
 * Determines the task of the models and the data. A pipe can be read only once and is not checked.
 *
 * @throws InputError for a tagger with texts, a classifier with sentences, or models of both kinds
 */
export function taskOfModels(models: readonly string[], data: readonly string[]): LabelTask {
  const [task, ...others] = models.map(labelTaskOf);
  const other = others.findIndex((own) => own !== task) + 1;
  if (other > 0)
    throw new InputError(
      `${models[other]}: is a ${NAMES[others[other - 1]]}, but ${models[0]} is a ${NAMES[task]}; give models of one kind`,
    );
  const files = data.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (files.length === 0 || taskOfFiles(files) === task) return task;
  if (task === 'tagging' && !isJson(files[0]))
    throw new InputError(
      `${files[0]}: is not JSONL; give lines {"text", "spans"}, which \`falconframes convert\` makes from brat, CoNLL, PubTator and BioC`,
    );
  throw new InputError(
    task === 'tagging'
      ? `${files[0]}: holds labelled texts, but ${models[0]} is a tagger; give sentences with "spans", or the folder of a classifier`
      : `${files[0]}: holds sentences with "spans", but ${models[0]} is a text classifier; give texts with a "label", or the folder of a tagger`,
  );
}

/** Whether the first line that is not empty looks like JSON; tables and plain text do not. */
function isJson(path: string): boolean {
  for (const line of readLines(path)) if (line.trim() !== '') return /^\s*[{[]/.test(line);
  return false;
}

const NAMES: Record<LabelTask, string> = { tagging: 'tagger', classification: 'text classifier' };
