import { basename } from 'node:path';
import { InputError } from './errors';
import { describeJson, readJsonObject } from './json';
import { isLabel, type Sentence } from './sentence';
import { outermostSpans, type Span } from './spans';

/**
 * Classes shown to the user, each defined by labels of corpora or models. Guidelines differ: one corpus's `cell_line` is not
 * another's, and a view defines which labels form one class.
 */
export interface View {
  name: string;
  /** Labels by class, in the order used in tables. A label belongs to at most one class; a label in none is dropped. */
  classes: Readonly<Record<string, readonly string[]>>;
}

/** Returns the class of each label of a view. */
export function classOfLabel({ classes }: View): Map<string, string> {
  return new Map(Object.entries(classes).flatMap(([name, labels]) => labels.map((label) => [label, name])));
}

/** Returns the classes that a source annotated, in the view's order: those with at least one annotated label. */
export function annotatedClasses({ classes }: View, annotated: readonly string[]): string[] {
  return Object.keys(classes).filter((name) => classes[name].some((label) => annotated.includes(label)));
}

/**
 * Maps sentences to the classes of a view. Spans of other labels are dropped; of overlapping spans of one class, the longest is
 * kept. Texts and sentence boundaries are unchanged.
 */
export function applyView(sentences: readonly Sentence[], view: View): Sentence[] {
  const classOf = classOfLabel(view);
  const classesOf = new Map<string, string[]>();
  return sentences.map((sentence) => {
    const key = sentence.annotated.join('\n');
    if (!classesOf.has(key)) classesOf.set(key, annotatedClasses(view, sentence.annotated));
    const annotated = classesOf.get(key)!;
    const spans = sentence.spans.flatMap(({ start, end, label }): Span[] => {
      const name = classOf.get(label);
      return name === undefined ? [] : [{ start, end, label: name }];
    });
    return { ...sentence, spans: outermostSpans(spans, annotated), annotated: [...annotated] };
  });
}

/** Bytes. */
const LARGEST_VIEW = 1 << 20;

/**
 * Reads a view from a JSON file: `{"Cell": ["cell_type", "CL"], "Cell Line": ["cell_line"]}`. It is named after the file, without
 * the extension.
 *
 * @throws InputError for anything else, and for a label in two classes
 */
export function readView(path: string): View {
  const mend = 'give an object with the labels of each class, such as {"Cell": ["cell_type"]}';
  const value = readJsonObject(path, 'a view', LARGEST_VIEW, mend);
  const classes = Object.entries(value).map(([name, labels]): [string, string[]] => {
    if (!isLabel(name))
      throw new InputError(`${path}: ${describeJson(name)} is not a valid class name; ${mend}`);
    if (!Array.isArray(labels) || labels.length === 0 || !labels.every(isLabel))
      throw new InputError(
        `${path}: the class "${name}" has ${describeJson(labels)} instead of a list of labels; ${mend}`,
      );
    return [name, labels];
  });
  if (classes.length === 0) throw new InputError(`${path}: has no class; ${mend}`);
  const seen = new Map<string, string>();
  for (const [name, labels] of classes)
    for (const label of labels) {
      const other = seen.get(label);
      if (other !== undefined)
        throw new InputError(
          `${path}: the label "${label}" is in the classes "${other}" and "${name}"; keep it in one`,
        );
      seen.set(label, name);
    }
  return { name: basename(path).replace(/\.json$/, ''), classes: Object.fromEntries(classes) };
}
