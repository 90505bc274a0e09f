import { InputError, type Progress, silentProgress } from '../foundation';
import { compareAnnotations, type Differences } from './compare';
import type { EuropePmc } from './europepmc';
import { annotationsOfEach, eachGroup, fetchArticles } from './fetch';
import { wantedByIds } from './find';
import { readManifest } from './manifest';
import { type ServiceOptions, type Source, withService } from './source';
import { storedArticle, storedPmcids } from './store';
import { Unobtainable } from './unobtainable';

export interface CheckOptions extends ServiceOptions {
  /** Folder of the collection; it is only read. */
  out: string;
  /** Expected source; default: the source in its manifest. */
  source?: Source;
  progress?: Progress;
}

/** Counts of annotations of a class. */
export interface CheckTotals {
  stored: number;
  service: number;
  added: number;
  changed: number;
  removed: number;
}

export interface CheckReport {
  out: string;
  source: Source;
  /** The day of the check, in universal time. */
  date: string;
  types: string[];
  /** Every checked article, by PMCID; with empty lists if store and service agree. */
  articles: Record<string, Differences>;
  totals: Record<string, CheckTotals>;
  /** Why articles could not be checked, by PMCID. */
  unchecked: Record<string, string>;
  /** For each article that the manifest lists as missing: null if it is available now, or why it is not. */
  missing: Record<string, string | null>;
}

/**
 * The missing-annotation check: requests the annotations of every stored article again, and the articles that the manifest lists as
 * missing. Does not modify the store.
 *
 * @throws InputError if there is no collection, the service cannot be reached, or no article could be checked
 */
export async function checkCollection(options: CheckOptions): Promise<CheckReport> {
  const { out, progress = silentProgress } = options;
  const { source, types, articles, missing } = readManifest(out);
  if (options.source && options.source !== source)
    throw new InputError(
      `${out}: was collected from ${source}, not from ${options.source}; leave the source out`,
    );
  const stored = [...new Set([...Object.keys(articles), ...storedPmcids(out)])].sort();
  const total = stored.length + Object.keys(missing).length;
  let done = 0;
  const showState = () => progress.update(++done, total);
  const report: CheckReport = {
    out,
    source,
    date: new Date().toISOString().slice(0, 10),
    types,
    articles: {},
    totals: Object.fromEntries(
      types.map((label) => [label, { stored: 0, service: 0, added: 0, changed: 0, removed: 0 }]),
    ),
    unchecked: {},
    missing: {},
  };
  try {
    await withService(source, options, async (service) => {
      await eachGroup(stored, (group) => checkGroup(service, group, report, showState));
      report.missing = await stillMissing(service, Object.keys(missing), types, showState);
    });
  } finally {
    progress.end();
  }
  const [first] = Object.entries(report.unchecked);
  if (first && Object.keys(report.articles).length === 0)
    throw new InputError(
      `${out}: none of ${stored.length} articles could be checked; ${first[0]}: ${first[1]}`,
    );
  report.articles = inOrder(report.articles);
  report.unchecked = inOrder(report.unchecked);
  return report;
}

async function checkGroup(
  service: EuropePmc,
  group: readonly string[],
  report: CheckReport,
  showState: () => void,
): Promise<void> {
  const answers = await annotationsOfEach(service, group, report.types);
  for (const [pmcid, now] of answers) {
    const before = storedArticle(report.out, pmcid, report.source, report.types);
    if (now instanceof Unobtainable) report.unchecked[pmcid] = now.message;
    else if (!before)
      report.unchecked[pmcid] = 'its file is missing, damaged, or from another collection; collect again';
    else {
      const differences = compareAnnotations(before.annotations, now.annotations);
      report.articles[pmcid] = differences;
      for (const { type } of before.annotations) report.totals[type].stored++;
      for (const { type } of now.annotations) report.totals[type].service++;
      for (const { type } of differences.added) report.totals[type].added++;
      for (const { stored } of differences.changed) report.totals[stored.type].changed++;
      for (const { type } of differences.removed) report.totals[type].removed++;
    }
    showState();
  }
}

/** Tries to fetch the missing articles again, without storing anything. */
async function stillMissing(
  service: EuropePmc,
  ids: readonly string[],
  types: readonly string[],
  showState: () => void,
): Promise<Record<string, string | null>> {
  if (ids.length === 0) return {};
  const { articles, missing } = await wantedByIds(service, ids);
  const reasons: Record<string, string | null> = Object.fromEntries(missing);
  await fetchArticles(service, [...articles.keys()], { types }, (pmcid, answer) => {
    reasons[articles.get(pmcid)!] = answer instanceof Unobtainable ? answer.message : null;
    showState();
  });
  return inOrder(reasons);
}

function inOrder<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
