import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { parseBrat } from './brat';
import { parseCapital } from './capital';
import type { Mention } from './document';
import { parseKnowtator } from './knowtator';
import { parsePubTator } from './pubtator';

/** Mentions as `label: piece … piece`, read back from the text. */
const shown = (text: string, mentions: Mention[]) =>
  mentions.map(
    ({ pieces, label }) => `${label}: ${pieces.map(({ start, end }) => text.slice(start, end)).join(' … ')}`,
  );

const refuses = (read: () => unknown, message: RegExp) =>
  assert.throws(read, (error: Error) => error.name === 'InputError' && message.test(error.message));

describe('parseBrat', () => {
  const text = '𝛼 rod and cone cells of HeLa';

  it('reads continuous and discontinuous mentions with their types, offsets in code points, and counts other lines', () => {
    const lines = [
      'T1\tCell 2 5;15 20\trod cells',
      'T2\tLine 24 28\tHeLa',
      'T3\tGene 6 9\tand',
      'R1\tPartOf Arg1:T1 Arg2:T2\t',
      'E1\tCell:T1 ',
      'A1\tNegated T1',
      '*\tEquiv T1 T2',
      '#1\tAnnotatorNotes T1\tsure',
      '',
    ];
    for (const end of ['\n', '\r\n']) {
      const others: string[] = [];
      const mentions = parseBrat(lines.join(end), text, 'x.ann', (kind) => others.push(kind));
      assert.deepEqual(shown(text, mentions), ['Cell: rod … cells', 'Line: HeLa', 'Gene: and']);
      assert.equal(others.join(''), 'REA*#');
    }
  });

  it('reports file and line of unreadable input', () => {
    const line = (second: string) => () => parseBrat(`T1\tCell 2 5\trod\n${second}`, text, 'x.ann');
    refuses(line('T2 Cell 2 5 rod'), /^x\.ann line 2: not a line of brat/);
    refuses(line('T2\tCell 2 x\trod'), /^x\.ann line 2: not a line of brat/);
    refuses(line('T2\tLine 24 29\tHeLa'), /^x\.ann line 2: .*"HeLa" is out of bounds/);
    refuses(line('T2\tLine 28 24\tHeLa'), /out of bounds/);
    refuses(line('T2\tCell 15 20;2 5\tcells rod'), /out of bounds/);
    refuses(line('T2\tLine 23 27\tHeLa'), /^x\.ann line 2: the annotation says "HeLa" .* " HeL"/);
    refuses(line('T2\tGene 6 9\tor'), /the annotation says "or"/);
  });
});

describe('parsePubTator', () => {
  const article = ['7|t|A variant', '7|a|Of rs334 | and more.', '7\t13\t18\trs334\tSNP\trs334'].join('\n');

  it('reads articles with the abstract after the title', () => {
    const [first, second, ...rest] = parsePubTator(
      `${article}\n\n8|t|Title\r\n8|a|\r\n8\t0\t5\tTitle\tGene\r\n`,
      'x.txt',
    );
    assert.equal(first.text, 'A variant\nOf rs334 | and more.');
    assert.deepEqual(shown(first.text, first.mentions), ['SNP: rs334']);
    assert.deepEqual(
      [second.id, second.text, shown(second.text, second.mentions)],
      ['8', 'Title\n', ['Gene: Title']],
    );
    assert.deepEqual(rest, []);
  });

  it('reports file and line of unreadable input', () => {
    const read = (content: string) => () => parsePubTator(content, 'x.txt');
    refuses(read('7|t|A variant\n\n'), /^x\.txt line 1: the abstract of 7 is missing/);
    refuses(read('7|t|A variant'), /^x\.txt line 1: the abstract of 7 is missing; .* cut off/);
    refuses(read('7|a|An abstract'), /^x\.txt line 1: not a line of PubTator/);
    refuses(read(`${article}\n7\t13\trs334`), /^x\.txt line 4: not a line of PubTator/);
    refuses(read(`${article}\n8\t13\t18\trs334\tSNP`), /^x\.txt line 4: an annotation of 8 is outside/);
    refuses(read(`${article}\n\n7\t13\t18\trs334\tSNP`), /^x\.txt line 5: an annotation of 7 is outside/);
    refuses(read(`${article}\n\n${article}`), /^x\.txt line 5: article 7 appears twice/);
    refuses(read(`${article}\n7\t13\t99\trs334\tSNP`), /^x\.txt line 4: .*out of bounds/);
    refuses(read(`${article}\n7\t12\t17\trs334\tSNP`), /^x\.txt line 4: the annotation says "rs334"/);
  });

  it('skips an unusable article, and counts what is not read', () => {
    const skipped: string[] = [];
    const leftOut: string[] = [];
    const broken = '9|t|Title\n9|a|Abstract\n9\t0\t3\tTit\tGene\n9\t0\t4\tTit\tGene';
    const related =
      '10|t|Aspirin\n10|a|\n10\t0\t7\tAspirin\tChemical\tD1\n10\tCID\tD1\tD2\n10\tBind\tD1\tD2\tNovel';
    const articles = parsePubTator(`${broken}\n\n${article}\n${related}`, 'x.txt', {
      onSkip: ({ message }) => skipped.push(message),
      onLeftOut: (kind) => leftOut.push(kind),
    });
    assert.deepEqual(
      articles.map(({ id, mentions }) => [id, mentions.length]),
      [
        ['7', 1],
        ['10', 1],
      ],
    );
    assert.match(
      skipped.join(),
      /^x\.txt line 4: the annotation says "Tit" where the text says "Titl"[^,]*$/,
    );
    assert.deepEqual(leftOut, ['identifiers', 'identifiers', 'relations', 'relations']);
  });
});

describe('parseKnowtator', () => {
  const text = '🧬 rods & cone photoreceptors';
  const xml = (annotations: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<annotations textSource="1.txt">\n${annotations}\n</annotations>\n`;
  const annotation = (spans: string, surface: string) =>
    `<annotation><mention id="a"/><annotator id="b">C</annotator>${spans}<spannedText>${surface}</spannedText></annotation>`;
  const read = (content: string) => parseKnowtator(content, text, 'Cell', 'x.xml');

  it('reads discontinuous spans, the five XML entities, and offsets in code points', () => {
    const mentions = read(
      xml(
        annotation('<span start="2" end="6"/>', 'rods') +
          annotation('<span start="2" end="8"/>', 'rods &amp;') +
          annotation('<span start="2" end="6"/><span start="14" end="28"/>', 'rods ... photoreceptors'),
      ),
    );
    assert.deepEqual(shown(text, mentions), ['Cell: rods', 'Cell: rods &', 'Cell: rods … photoreceptors']);
  });

  it('reads a file without annotations', () => {
    assert.deepEqual(read(xml('')), []);
    assert.deepEqual(read('<annotations textSource="1.txt"/>'), []);
  });

  it('reports file and line of unreadable input', () => {
    const good = annotation('<span start="2" end="6"/>', 'rods');
    const second = (annotation: string) => () => read(xml(`${good}\n${annotation}`));
    refuses(second('<annotation><mention/></annotation>'), /^x\.xml line 4: an annotation needs spans/);
    refuses(second(annotation('<span start="two" end="6"/>', 'rods')), /^x\.xml line 4: an annotation needs/);
    refuses(second(annotation('<span start="2" end="60"/>', 'rods')), /^x\.xml line 4: .*out of bounds/);
    refuses(second(annotation('<span start="3" end="7"/>', 'rods')), /^x\.xml line 4: the annotation says/);
    refuses(() => read(xml('<annotation>')), /^x\.xml line 4: malformed XML/);
    refuses(() => read('<html/>'), /^x\.xml line 1: no <annotations>/);
  });

  it('rejects a DOCTYPE, deep nesting and custom entities immediately', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'z'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]>`;
    refuses(() => read(bomb + xml(annotation('<span start="2" end="6"/>', '&b;'))), /DOCTYPE/);
    refuses(() => read('<annotations>'.repeat(50) + '</annotations>'.repeat(50)), /malformed XML/);
    refuses(() => read(xml(annotation('<span start="2" end="6"/>', '&b;'))), /the annotation says "&b;"/);
  });
});

describe('parseCapital', () => {
  const head = 'pmcid,sentence,ner\n';
  const read = (rows: string) => parseCapital(head + rows, 'x.csv');

  it('reads quoted sentences, line breaks in them, and tuples with either kind of quotes', () => {
    const rows = read(
      `PMC1,"In 𝛼, ""T cells""\nof 5' ends","[(7, 13, 'T cell', 'CL'), (19, 21, ""5'"", 'GM'), (0, 2, 'In', 'XX')]"\nPMC2,None.,[]\n`,
    );
    assert.equal(rows[0].text, 'In 𝛼, "T cells"\nof 5\' ends');
    assert.deepEqual(shown(rows[0].text, rows[0].mentions), ['CL: T cell', "GM: 5'", 'XX: In']);
    assert.deepEqual(rows[1], { article: 'PMC2', text: 'None.', mentions: [] });
  });

  it('reports file and line of unreadable input', () => {
    refuses(() => parseCapital('pmcid,ner\n', 'x.csv'), /^x\.csv line 1: the columns must be/);
    refuses(() => read('PMC1,Text\n'), /^x\.csv line 2: malformed CSV/);
    refuses(() => read('PMC1,Text,[]\nPMC2,"Text,[]\n'), /^x\.csv line \d: malformed CSV/);
    for (const list of [
      "[(0, 4, 'Text', 'CL')",
      "(0, 4, 'Text', 'CL')",
      '[(0, 4)]',
      "[(0, 4, 'Text', 'CL') x]",
      'print()',
      '',
    ]) {
      refuses(
        () => read(`PMC1,Text,[]\nPMC2,Text,"${list}"\n`),
        /^x\.csv line 3: the last column is not a list/,
      );
    }
    refuses(() => read(`PMC1,Text,"[(0, 9, 'Text', 'CL')]"\n`), /^x\.csv line 2: .*out of bounds/);
    refuses(() => read(`PMC1,Text,"[(0, 3, 'Text', 'CL')]"\n`), /^x\.csv line 2: the annotation says "Text"/);
  });
});

describe('any content', () => {
  it('gives mentions or an InputError', () => {
    const text = '𝛼 rod and HeLa';
    const wholes = [
      'T1\tCell 2 5;10 14\trod HeLa\nR1\tx\n',
      '7|t|A variant\n7|a|Of rs334\n7\t13\t18\trs334\tSNP\n',
      `pmcid,sentence,ner\n1,${text},"[(10, 14, 'HeLa', 'CLine')]"\n`,
      '<annotations><annotation><mention id="m"/><span start="10" end="14"/><spannedText>HeLa</spannedText></annotation></annotations>',
    ];
    const inserted = fc.constantFrom(
      '\t',
      '\n',
      '"',
      "'",
      '\\',
      '<',
      '&',
      '9'.repeat(30),
      '-1',
      '\ud83d',
      '[',
      '(',
      '|',
      ';',
      '\0',
    );
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 5 }), inserted), { minLength: 1, maxLength: 4 });
    const readers = [
      (content: string) => parseBrat(content, text, 'x'),
      (content: string) => parsePubTator(content, 'x'),
      (content: string) => parseCapital(content, 'x'),
      (content: string) => parseKnowtator(content, text, 'Cell', 'x'),
    ];
    for (const whole of wholes)
      fc.assert(
        fc.property(damage, (changes) => {
          let content = whole;
          for (const [at, length, piece] of changes) {
            const place = at % (content.length + 1);
            content = content.slice(0, place) + piece + content.slice(place + length);
          }
          for (const read of readers) {
            try {
              assert.ok(Array.isArray(read(content)));
            } catch (error) {
              assert.ok(error instanceof InputError, String(error));
            }
          }
        }),
      );
  });
});
