import { type Command, Option } from 'commander';
import { type CollectionReport, collectArticles, SOURCES, type Source } from '../collection';
import {
  ENTITY_CLASSES,
  type EntityClass,
  InputError,
  isEntityClass,
  readTextFile,
  showProgress,
} from '../foundation';
import { positiveInteger } from './arguments';
import { formatTable, printResult } from './output';

interface Options {
  source: Source;
  out: string;
  ids?: string;
  query?: string;
  limit: number;
  types?: string[];
  baseUrl?: string;
  contact?: string;
  json?: boolean;
}

export function registerCollect(program: Command): void {
  program
    .command('collect')
    .description(
      'Collect full texts and entity annotations. A run that was ended is taken up where it stood; what could not be had is listed in manifest.json with the reason.',
    )
    .addOption(
      new Option('--source <name>', 'the public service, or the articles that come with the project')
        .choices(SOURCES)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <folder>', 'where articles/<PMCID>.json and manifest.json go')
    .option('--ids <file>', 'file with PMCIDs, one a line')
    .option('--query <query>', 'search query of Europe PMC; open-access articles alone are taken')
    .option('--limit <number>', 'take at most so many articles of the query', positiveInteger, 100)
    .option('--types <class...>', `classes to collect (default: ${ENTITY_CLASSES.join(', ')})`)
    .option('--base-url <url>', 'another address of the service (also: FALCONFRAMES_EUROPEPMC_URL)')
    .option('--contact <address>', 'mail address that the service may write to, sent along as User-Agent')
    .option('--json', 'print the manifest as JSON')
    .action(async (options: Options) => {
      const report = await collectArticles({
        source: options.source,
        out: options.out,
        ids: options.ids === undefined ? undefined : readIds(options.ids),
        query: options.query,
        limit: options.limit,
        types: options.types && typesOption(options.types),
        baseUrl: options.baseUrl,
        contact: options.contact,
        progress: showProgress('Collecting'),
      });
      printResult(report, options, () => describe(report));
    });
}

function readIds(path: string): string[] {
  const content = readTextFile(path);
  const ids: string[] = [];
  content.split('\n').forEach((line, index) => {
    const id = line.trim();
    if (id === '') return;
    if (!/^PMC\d+$/.test(id))
      throw new InputError(`${path} line ${index + 1}: "${id}" is no PMCID; write one such as PMC3320746`);
    ids.push(id);
  });
  if (ids.length === 0) throw new InputError(`${path}: holds no id; write one PMCID a line`);
  return ids;
}

/** Accepts classes as separate words or in one, with commas between. */
function typesOption(values: readonly string[]): EntityClass[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  for (const name of names)
    if (!isEntityClass(name))
      throw new InputError(`--types "${name}": no entity class; use ${ENTITY_CLASSES.join(', ')}`);
  return names as EntityClass[];
}

function describe(report: CollectionReport): string {
  const missing = Object.entries(report.missing);
  return [
    `${report.stored} of ${report.requested} articles in ${report.out} (${report.fetched} new).`,
    formatTable(
      ['class', 'annotations'],
      report.types.map((label) => [label, report.annotations[label]]),
    ),
    ...missing.slice(0, 10).map(([pmcid, reason]) => `${pmcid} is missing: ${reason}.`),
    ...(missing.length > 10 ? [`${missing.length - 10} more are missing; manifest.json says why.`] : []),
  ].join('\n');
}
