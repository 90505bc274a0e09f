import { InputError } from '../foundation';
import type { Mention } from './document';
import { checkedPieces, fromCodePoints } from './offsets';
import type { Range } from './sentences';

const MAX_CHARACTERS = 32_000_000;

/** Loaded on first use: few commands read such files. */
let loaded: ReturnType<typeof loadXml> | undefined;
const xml = () => {
  loaded ??= loadXml();
  return loaded;
};

function loadXml() {
  const { XMLParser, XMLValidator } = require('fast-xml-parser') as typeof import('fast-xml-parser');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    parseTagValue: false,
    trimValues: false,
    isArray: (name) => name === 'annotation' || name === 'span' || name === 'classMention',
    // Only &lt; &gt; &amp; &quot; &apos; remain to be decoded: a file with a DOCTYPE is rejected before parsing.
    processEntities: {
      enabled: true,
      maxEntityCount: 0,
      maxTotalExpansions: 1_000_000,
      maxExpandedLength: MAX_CHARACTERS,
    },
    htmlEntities: false,
    maxNestedTags: 16,
    captureMetaData: true,
  });
  return { parser, XMLValidator, metadata: XMLParser.getMetaDataSymbol() as unknown as symbol };
}

interface KnowtatorFile {
  annotation?: KnowtatorAnnotation[];
  classMention?: { id?: string; mentionClass?: { '#text'?: string } }[];
}

interface KnowtatorAnnotation {
  mention?: { id?: string };
  span?: { start?: string; end?: string }[];
  spannedText?: string;
}

/**
 * Parses the annotations of a Knowtator XML file, all as mentions of `label`: each has one or more spans, offsets in code points,
 * and a `spannedText` that joins them with " ... "; a `classMention` of the same id names the concept. `file` starts error
 * messages.
 */
export function parseKnowtator(content: string, text: string, label: string, file: string): Mention[] {
  if (content.length > MAX_CHARACTERS || content.includes('<!DOCTYPE')) {
    throw new InputError(
      `${file}: not a Knowtator file of CRAFT (over 32 MB, or with a DOCTYPE); restore it from its source`,
    );
  }
  const { annotation: annotations = [], classMention: classes = [] } = readAnnotations(content, file);
  const { metadata } = xml();
  const concepts = new Map(classes.map(({ id, mentionClass }) => [id, mentionClass?.['#text']]));
  const toUnits = fromCodePoints(text);
  return annotations.map((annotation) => {
    const start =
      (annotation as Record<symbol, { startIndex?: number } | undefined>)[metadata]?.startIndex ?? 0;
    const place = () => `${file} line ${content.slice(0, start).split('\n').length}`;
    const { span: spans, spannedText: surface } = annotation;
    const numbers = spans?.flatMap(({ start, end }) => [start, end]) ?? [];
    if (typeof surface !== 'string' || numbers.length === 0 || !numbers.every((n) => /^\d+$/.test(n ?? ''))) {
      throw new InputError(
        `${place()}: an annotation needs spans with a start and an end, and their text; complete it`,
      );
    }
    const pieces: Range[] = spans!.map(({ start, end }) => ({
      start: toUnits(Number(start)),
      end: toUnits(Number(end)),
    }));
    const concept = concepts.get(annotation.mention?.id);
    return { pieces: checkedPieces(text, pieces, { surface, glue: ' ... ', place }), label, concept };
  });
}

function readAnnotations(content: string, file: string): KnowtatorFile {
  const { parser, XMLValidator } = xml();
  const verdict = XMLValidator.validate(content);
  if (verdict !== true) {
    const { line, msg } = verdict.err;
    throw new InputError(`${file} line ${line}: malformed XML (${msg}); restore it from its source`);
  }
  let root: { annotations?: KnowtatorFile | string };
  try {
    root = parser.parse(content);
  } catch (error) {
    throw new InputError(`${file}: malformed XML (${(error as Error).message}); restore it from its source`);
  }
  if (root.annotations === undefined) {
    throw new InputError(`${file} line 1: no <annotations> element; this is not a Knowtator file`);
  }
  return typeof root.annotations === 'string' ? {} : root.annotations;
}
