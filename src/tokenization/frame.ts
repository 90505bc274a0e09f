import { describeJson, fieldsOf, InputError, isJsonObject } from '../foundation';

/** The tokens that stand before and after the tokens of every window, such as `[CLS]` and `[SEP]`, or `<s>` and `</s>`. */
export interface Frame {
  start: FrameToken;
  end: FrameToken;
}

export interface FrameToken {
  token: string;
  id: number;
}

/**
 * Returns the frame that a post-processor of tokenizer.json puts around a text, or undefined if it has none.
 *
 * @throws InputError unless it is exactly one token before the text and one after it
 */
export function frameOf(processor: unknown, path: string): Frame | undefined {
  const framing = framingProcessors(processor);
  if (framing.length === 0) return undefined;
  if (framing.length > 1)
    throw new InputError(`${path}: frames a text ${framing.length} times; use a tokenizer that does so once`);
  const [{ type, cls, sep, single, special_tokens: tokens }] = framing;
  if (type !== 'TemplateProcessing') return { start: pair(cls, 'cls', path), end: pair(sep, 'sep', path) };
  if (!Array.isArray(single)) throw refusal(single, path);
  const names = single.map((part) => {
    const { SpecialToken: token, Sequence: text } = fieldsOf(part);
    const { id } = fieldsOf(token);
    return typeof id === 'string' ? id : text ? undefined : '?';
  });
  const [start, text, end] = names;
  if (names.length !== 3 || start === undefined || text !== undefined || end === undefined)
    throw refusal(names.map((name) => name ?? 'text').join(' '), path);
  const of = (token: string): FrameToken => {
    const { ids } = fieldsOf(fieldsOf(tokens)[token]);
    if (!Array.isArray(ids) || ids.length !== 1)
      throw new InputError(
        `${path}: the post_processor gives ${describeJson(ids)} as the ids of ${describeJson(token)}; one id is needed, restore the file`,
      );
    return checked({ token, id: ids[0] }, path);
  };
  return { start: of(start), end: of(end) };
}

const refusal = (found: unknown, path: string) =>
  new InputError(
    `${path}: frames a text as ${describeJson(found)}; use a tokenizer that puts one token before a text and one after it, such as [CLS] text [SEP]`,
  );

/** Leaves out byte-level processors, which only trim offsets. */
function framingProcessors(processor: unknown): Record<string, unknown>[] {
  if (!isJsonObject(processor) || processor.type === 'ByteLevel') return [];
  if (processor.type !== 'Sequence') return [processor];
  return Array.isArray(processor.processors) ? processor.processors.flatMap(framingProcessors) : [];
}

/** Reads a token and its id, as `BertProcessing` and `RobertaProcessing` have them. */
function pair(value: unknown, name: string, path: string): FrameToken {
  const [token, id] = Array.isArray(value) ? value : [];
  if (typeof token !== 'string')
    throw new InputError(
      `${path}: "${name}" of the post_processor is ${describeJson(value)} and must be a token with its id; restore the file`,
    );
  return checked({ token, id }, path);
}

function checked({ token, id }: { token: string; id: unknown }, path: string): FrameToken {
  if (!Number.isSafeInteger(id) || (id as number) < 0)
    throw new InputError(
      `${path}: the post_processor gives ${describeJson(token)} the id ${describeJson(id)}; restore the file`,
    );
  return { token, id: id as number };
}
