import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  ADJUSTMENTS,
  availableCorpora,
  CORPORA,
  type CorpusReport,
  corpusNamed,
  loadCorpus,
  type Split,
} from '../corpora';
import { checkOutputFile, InputError, readView, type View, writeSentences } from '../foundation';
import { VIEWS } from '../literature/views';
import { examples } from './examples';
import { formatTable, notice, printResult } from './output';

export function registerCorpus(program: Command): void {
  program
    .command('corpus')
    .description('write a public corpus as sentences with spans, one JSON object per line')
    .argument('[name]', `${Object.keys(CORPORA).join(', ')}`)
    .option('--split <part>', 'train, dev, test or all', 'all')
    .option('--out <file>', 'JSONL file to write')
    .option(
      '--view <view>',
      'classes instead of the labels of the corpus: "literature" for Gene Mutations, Cell, Cell Line and Organ Tissue, "europepmc" or "jnlpba" for these by one guideline alone, or a JSON file with the labels of each class, such as {"Cell": ["cell_type", "CL"]}',
    )
    .option('--list', 'list the corpora with what they annotate, their licence and their location')
    .option('--json', 'print the list, or the report of the output, as JSON')
    .addHelpText(
      'after',
      examples(
        'npx falconframes corpus --list',
        'npx falconframes corpus tmvar --split test --out tmvar-test.jsonl',
      ),
    )
    .action(
      async (
        name: string | undefined,
        options: { split: string; out?: string; view?: string; list?: boolean; json?: boolean },
      ) => {
        if (options.list) return listCorpora(options);
        if (name === undefined) throw new InputError('name a corpus, or give --list');
        const corpus = corpusNamed(name);
        if (options.out === undefined) throw new InputError('give the output file with --out FILE');
        const view = viewNamed(options.view);
        const inputs = view === undefined || Object.hasOwn(VIEWS, options.view!) ? [] : [options.view!];
        checkOutputFile(options.out, inputs);
        const { sentences, report } = await loadCorpus(corpus, options.split as Split, view);
        checkOutputFile(options.out, filesIn(report.place.folder));
        writeSentences(options.out, sentences);
        for (const note of report.notes) notice(note);
        if (!CORPORA[corpus].trainsWhatShips)
          notice(`Use ${name} for evaluation only; do not distribute models trained on it.`);
        printResult({ ...report, out: options.out }, options, () => describe(report, options.out as string));
      },
    );
}

function viewNamed(view: string | undefined): View | undefined {
  if (view === undefined) return undefined;
  return Object.hasOwn(VIEWS, view) ? VIEWS[view] : readView(view);
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

function listCorpora(options: { json?: boolean }): void {
  const listed = availableCorpora().map(({ name, where, folder }) => {
    const { title, citation, licence, annotated, quality, trainsWhatShips, notes } = CORPORA[name];
    return { name, title, citation, licence, annotated, quality, trainsWhatShips, notes, where, folder };
  });
  printResult(listed, options, () =>
    formatTable(
      ['corpus', 'labels', 'quality', 'licence', 'use', 'found'],
      listed.map(({ name, annotated, quality, licence, trainsWhatShips, where }) => [
        name,
        annotated.join(', '),
        quality,
        licence,
        trainsWhatShips ? 'training, evaluation' : 'evaluation',
        where === 'absent' ? 'absent: downloaded on request' : where,
      ]),
    ),
  );
}

function describe(report: CorpusReport, out: string): string {
  const labels = Object.keys(report.spans);
  const adjusted = Object.entries(report.adjustments).filter(([, count]) => count > 0);
  return [
    `${out}: ${report.corpus}, ${report.split} (from the ${report.place.kind})`,
    '',
    formatTable(
      ['documents', 'sentences', ...labels],
      [
        [
          report.documents,
          report.sentences,
          ...labels.map((label) => (report.annotated.includes(label) ? report.spans[label] : 'unknown')),
        ],
      ],
    ),
    ...adjusted.map(([reason, count]) => `${count} ${ADJUSTMENTS[reason as keyof typeof ADJUSTMENTS]}`),
  ].join('\n');
}
