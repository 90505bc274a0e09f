import { statSync } from 'node:fs';
import { InputError } from '../foundation';
import { type LabelTask, labelTaskOf } from '../tasks';
import { taskOfFiles } from '../training';

/**
 * What models and data are for. A pipe can be read only once and is not looked at.
 *
 * @throws InputError, in one sentence, for a tagger with texts, a classifier with sentences, and models of both kinds
 */
export function taskOfModels(models: readonly string[], data: readonly string[]): LabelTask {
  const [task, ...others] = models.map(labelTaskOf);
  const other = others.findIndex((own) => own !== task) + 1;
  if (other > 0)
    throw new InputError(
      `${models[other]}: is a ${NAMES[others[other - 1]]}, and ${models[0]} a ${NAMES[task]}; give models of one kind`,
    );
  const files = data.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (files.length === 0 || taskOfFiles(files) === task) return task;
  throw new InputError(
    task === 'tagging'
      ? `${files[0]}: holds texts with a label, and ${models[0]} is a tagger; give sentences with "spans", or the folder of a classifier`
      : `${files[0]}: holds sentences with "spans", and ${models[0]} is a classifier of texts; give texts with a "label", or the folder of a tagger`,
  );
}

const NAMES: Record<LabelTask, string> = { tagging: 'tagger', classification: 'classifier of texts' };
