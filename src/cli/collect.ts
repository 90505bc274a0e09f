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
} from '../collection';
import { checkOutputFile, checkOutputFolder, InputError, showProgress } from '../foundation';
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
  check?: boolean;
  baseUrl?: string;
  contact?: string;
  json?: boolean;
}

const CHECK_HELP = `
Which articles: those of --ids, those that --query finds, or, with --types alone, those that have annotations of these
classes. A run that was ended is resumed by the same command. What could not be had is listed in manifest.json with the
reason, and is asked for again by the next run. An annotation without text or with fields of the wrong type is left out,
and manifest.json counts it. The status is 0 when at least one of the articles is in the folder, and 1 when none is.

At most 10 requests a second and 500 a minute are sent. A busy or silent service is asked up to 8 times; an answer that
is empty, too slow or wrong in itself at most 3 times; one that is too large or no well-formed XML once. An answer must
begin within 30 seconds, bring 4 kB every 30 seconds, be complete after 5 minutes and hold at most 32 MB.

The check (--check --out <folder>) asks the service again for the annotations of every stored article, and for the
articles that manifest.json lists as missing. It reports which annotations the store lacks, which changed and which are
gone, by article and by class, and changes nothing. --json prints every one of them.

  falconframes collect --source europepmc --ids ids.txt --out collection --contact me@example.org
  falconframes collect --source europepmc --types "Cell Line" --limit 50 --out collection
  falconframes collect --check --out collection`;

export function registerCollect(program: Command): void {
  program
    .command('collect')
    .description('Collect full texts and entity annotations, or check a collection against the service.')
    .addOption(
      new Option('--source <name>', 'the public service, or the articles that come with the project').choices(
        SOURCES,
      ),
    )
    .requiredOption('--out <folder>', 'where articles/<PMCID>.json and manifest.json go, or are')
    .addOption(
      new Option('--ids <file>', 'file with ids, one a line: PMC3320746, MED:22536497').conflicts('query'),
    )
    .option('--query <query>', 'search query of Europe PMC; open-access articles alone are taken')
    .option(
      '--limit <number>',
      'take at most so many articles of a query or of --types',
      positiveInteger,
      100,
    )
    .option('--types <class...>', `classes to collect (default: ${ENTITY_CLASSES.join(', ')})`)
    .addOption(
      new Option('--check', 'report which annotations the service has and the collection lacks').conflicts([
        'ids',
        'query',
        'types',
      ]),
    )
    .option('--base-url <url>', 'another address of the service (also: FALCONFRAMES_EUROPEPMC_URL)')
    .option('--contact <address>', 'mail address that the service may write to, sent along as User-Agent')
    .option('--json', 'print the manifest, or with --check the whole report, as JSON')
    .addHelpText('after', CHECK_HELP)
    .action((options: Options) => (options.check ? check(options) : collect(options)));
}

async function collect(options: Options): Promise<void> {
  const { source, out, query, limit, baseUrl, contact } = options;
  if (!source) throw new InputError(`--source is missing; name one of: ${SOURCES.join(', ')}`);
  const inputs = options.ids === undefined ? [] : [options.ids];
  checkOutputFolder(out, inputs);
  checkOutputFile(manifestPath(out), inputs);
  for (const pmcid of inputs.length > 0 ? storedPmcids(out) : [])
    checkOutputFile(articlePath(out, pmcid), inputs);
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
    baseUrl,
    contact,
    progress,
  });
  printResult(report, options, () => describe(report));
  const [first] = Object.entries(report.missing);
  if (report.stored === 0)
    throw new InputError(
      `none of ${report.requested} articles could be collected${first ? ` (${first[0]}: ${first[1]})` : ''}; manifest.json lists the reasons`,
    );
}

async function check(options: Options): Promise<void> {
  const { source, out, baseUrl, contact } = options;
  const report = await checkCollection({ source, out, baseUrl, contact, progress: showProgress('Checking') });
  printResult(report, options, () => describeCheck(report));
}

/** Accepts classes as separate words or in one, with commas between. */
function typesOption(values: readonly string[]): string[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  for (const name of names)
    if (!isEntityClass(name))
      throw new InputError(`--types "${name}": no entity class; use ${ENTITY_CLASSES.join(', ')}`);
  return ENTITY_CLASSES.filter((name) => names.includes(name));
}

function describe(report: CollectionReport): string {
  return [
    `${report.stored} of ${report.requested} articles in ${report.out} (${report.fetched} new).`,
    formatTable(
      ['class', 'annotations'],
      report.types.map((label) => [label, report.annotations[label]]),
    ),
    ...shortened(
      Object.entries(report.missing).map(([id, reason]) => `${id} is missing: ${reason}.`),
      'are missing; manifest.json says why',
    ),
    ...shortened(
      Object.entries(report.leftOut ?? {}).map(
        ([id, flaws]) =>
          `${id}: annotations left out: ${Object.entries(flaws)
            .map(([flaw, count]) => `${count} ${flaw}`)
            .join(', ')}.`,
      ),
      'articles have annotations that were left out; manifest.json counts them',
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
    `${checked.length} articles of ${report.out} checked; ${differing.length} differ from the service.`,
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
          'Added: the store lacks them. Removed: the service no longer has them. --json lists each one.',
        ]
      : []),
    ...shortened(
      Object.entries(report.unchecked).map(([pmcid, reason]) => `${pmcid} could not be checked: ${reason}.`),
      'could not be checked; --json says why',
    ),
    ...shortened(
      missing.map(([id, reason]) =>
        reason === null
          ? `${id} was missing and could be had now; collect again.`
          : `${id} is still missing: ${reason}.`,
      ),
      'were missing; --json says which could be had now',
    ),
  ].join('\n');
}

function shortened(lines: readonly string[], rest: string): string[] {
  return lines.length <= 10 ? [...lines] : [...lines.slice(0, 10), `${lines.length - 10} more ${rest}.`];
}
