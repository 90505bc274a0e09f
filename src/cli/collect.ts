import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  articlePath,
  type CheckReport,
  type CollectionReport,
  checkCollection,
  collectArticles,
  manifestPath,
  readIds,
  SOURCES,
  type Source,
  storedPmcids,
  writeAnnotationsCsv,
} from '../collection';
import { checkOutputFile, checkOutputFolder, counted, InputError, showProgress } from '../foundation';
import { ENTITY_CLASSES, isEntityClass } from '../literature/views';
import { positiveInteger } from './arguments';
import { formatTable, printResult } from './output';

interface Options {
  source?: Source;
  out: string;
  ids?: string;
  query?: string;
  limit: number;
  types?: string[];
  unannotated?: boolean;
  csv?: string;
  check?: boolean;
  replay?: string;
  baseUrl?: string;
  contact?: string;
  json?: boolean;
}

const CHECK_HELP = `
Articles are those in --ids, those found by --query or, with --types alone, those with annotations of these classes. The
same command resumes a stopped run. manifest.json lists articles that could not be fetched, with the reason; the next run
requests them again. Annotations without text or with fields of the wrong type are left out and counted in manifest.json.
The status is 0 if at least one of the articles is in the folder, otherwise 1.

At most 10 requests per second and 500 per minute are sent. A request is tried up to 8 times if the service is busy or does
not respond, up to 3 times if the response is empty, too slow or invalid, and once if it is too large or not well-formed XML.
A response must begin within 30 seconds, deliver 4 kB every 30 seconds, end within 5 minutes and be at most 32 MB.

--check --out <folder> requests the annotations of every stored article again, and the articles that manifest.json lists
as missing. It reports added, changed and removed annotations by article and by class, and changes nothing. --json prints
each one.

Examples:
  npx falconframes collect --source sample --out collection
  npx falconframes collect --source europepmc --ids ids.txt --out chosen --contact me@example.org
  npx falconframes collect --source europepmc --types "Cell Line" --limit 50 --out cell-lines
  npx falconframes collect --check --out chosen`;

export function registerCollect(program: Command): void {
  program
    .command('collect')
    .description('collect full texts and entity annotations, or check a collection against the service')
    .addOption(
      new Option(
        '--source <name>',
        'the public service, the articles included in the project, or a folder served in the same way',
      ).choices(SOURCES),
    )
    .requiredOption('--out <folder>', 'folder of articles/<PMCID>.json and manifest.json')
    .addOption(
      new Option('--ids <file>', 'file with one id per line: PMC3320746, MED:22536497').conflicts('query'),
    )
    .option('--query <query>', 'Europe PMC search query; only open-access articles are collected')
    .option('--limit <number>', 'maximum number of articles from --query or --types', positiveInteger, 100)
    .option('--types <class...>', `classes to collect (default: ${ENTITY_CLASSES.join(', ')})`)
    .option('--unannotated', 'also collect articles in which the service has no annotations of these classes')
    .option('--csv <file>', 'also write the collected annotations to this file, one per row')
    .addOption(
      new Option('--check', 'compare the annotations of the collection with those of the service').conflicts([
        'ids',
        'query',
        'types',
        'unannotated',
        'csv',
      ]),
    )
    .option('--replay <folder>', 'with --source replay: articles/<PMCID>.xml and annotations/<PMCID>.json')
    .option('--base-url <url>', 'base URL of the service (also: FALCONFRAMES_EUROPEPMC_URL)')
    .option('--contact <address>', 'contact e-mail address for the service, sent in the User-Agent header')
    .option('--json', 'print the manifest as JSON, or with --check the full report')
    .addHelpText('after', CHECK_HELP)
    .action((options: Options) => (options.check ? check(options) : collect(options)));
}

async function collect(options: Options): Promise<void> {
  const { source, out, query, limit, unannotated, replay, baseUrl, contact } = options;
  if (!source) throw new InputError(`--source is missing; name one of: ${SOURCES.join(', ')}`);
  const inputs = options.ids === undefined ? [] : [options.ids];
  checkOutputFolder(out, inputs);
  checkOutputFile(manifestPath(out), inputs);
  const stored = storedPmcids(out).map((pmcid) => articlePath(out, pmcid));
  if (inputs.length > 0) for (const path of stored) checkOutputFile(path, inputs);
  if (options.csv !== undefined) {
    checkOutputFile(options.csv, [...inputs, manifestPath(out), ...stored]);
    const folder = dirname(articlePath(out, 'PMC1'));
    if (dirname(resolve(options.csv)) === resolve(folder))
      throw new InputError(`${options.csv}: ${folder} is for the articles alone; choose a file elsewhere`);
  }
  const ids = options.ids === undefined ? undefined : readIds(options.ids);
  const types = options.types ? typesOption(options.types) : ENTITY_CLASSES;
  const byTypes = options.types !== undefined;
  const progress = showProgress('Collecting');
  const report = await collectArticles({
    source,
    out,
    ids,
    query,
    limit,
    types,
    byTypes,
    unannotated,
    replay,
    baseUrl,
    contact,
    progress,
  });
  if (options.csv !== undefined && report.stored > 0) writeAnnotationsCsv(out, options.csv);
  printResult(report, options, () => describe(report));
  const [first] = Object.entries(report.missing);
  if (report.stored === 0)
    throw new InputError(
      `none of ${counted(report.requested, 'article')} could be collected${first ? ` (${first[0]}: ${first[1]})` : ''}; manifest.json lists the reasons`,
    );
}

async function check(options: Options): Promise<void> {
  const { source, out, replay, baseUrl, contact } = options;
  const progress = showProgress('Checking');
  const report = await checkCollection({ source, out, replay, baseUrl, contact, progress });
  printResult(report, options, () => describeCheck(report));
}

/** Accepts classes as separate arguments or as one with commas. */
function typesOption(values: readonly string[]): string[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  for (const name of names)
    if (!isEntityClass(name))
      throw new InputError(`--types "${name}": not an entity class; use ${ENTITY_CLASSES.join(', ')}`);
  return ENTITY_CLASSES.filter((name) => names.includes(name));
}

function describe(report: CollectionReport): string {
  return [
    `${report.stored} of ${counted(report.requested, 'article')} in ${report.out} (${report.fetched} new).`,
    formatTable(
      ['class', 'annotations'],
      report.types.map((label) => [label, report.annotations[label]]),
    ),
    ...shortened(
      Object.entries(report.missing).map(([id, reason]) => `${id} is missing: ${reason}.`),
      'are missing; manifest.json lists the reasons',
    ),
    ...shortened(
      Object.entries(report.leftOut ?? {}).map(
        ([id, flaws]) =>
          `${id}: annotations left out: ${Object.entries(flaws)
            .map(([flaw, count]) => `${count} ${flaw}`)
            .join(', ')}.`,
      ),
      'articles have annotations that were left out; manifest.json has the counts',
    ),
  ].join('\n');
}

function describeCheck(report: CheckReport): string {
  const checked = Object.entries(report.articles);
  const differing = checked.filter(
    ([, { added, changed, removed }]) => added.length + changed.length + removed.length > 0,
  );
  const columns = ['added', 'changed', 'removed'] as const;
  const missing = Object.entries(report.missing);
  return [
    `${counted(checked.length, 'article')} of ${report.out} checked; ${differing.length} differ from the service.`,
    formatTable(
      ['class', 'stored', 'service', ...columns],
      report.types.map((label) => {
        const { stored, service, added, changed, removed } = report.totals[label];
        return [label, stored, service, added, changed, removed];
      }),
    ),
    ...(differing.length > 0
      ? [
          '',
          formatTable(
            ['article', ...columns],
            differing.map(([pmcid, lists]) => [pmcid, ...columns.map((column) => lists[column].length)]),
          ),
          'Added: missing from the collection. Removed: no longer in the service. --json lists each one.',
        ]
      : []),
    ...shortened(
      Object.entries(report.unchecked).map(([pmcid, reason]) => `${pmcid} could not be checked: ${reason}.`),
      'could not be checked; --json lists the reasons',
    ),
    ...shortened(
      missing.map(([id, reason]) =>
        reason === null
          ? `${id} was missing and is available now; collect again.`
          : `${id} is still missing: ${reason}.`,
      ),
      'were missing; --json lists those available now',
    ),
  ].join('\n');
}

function shortened(lines: readonly string[], rest: string): string[] {
  return lines.length <= 10 ? [...lines] : [...lines.slice(0, 10), `${lines.length - 10} more ${rest}.`];
}
