import type { CollectionOptions } from '../collection';
import { byLabel, InputError, type Progress, silentProgress } from '../foundation';
import type { PreprocessingOptions } from '../preprocessing';
import { isReplayed, type ReplayedShare, readReplay, writeReplay } from './replay';
import type { Run } from './run';
import { ENTITY_CLASSES } from './views';

/** Where the articles of a run come from. */
export interface ArticleSource {
  /** In words, for the reader of the notebook. */
  description: string;
  /** What to collect from there. */
  request: Pick<CollectionOptions, 'source' | 'replay' | 'query' | 'limit' | 'unannotated'>;
  /** Of gold corpora, how much the run takes; empty for other sources. */
  shares: ReplayedShare[];
}

/**
 * Prepares the source of a run's articles: the gold corpora as Europe PMC would serve them, if the run asks for them and they can be had; Europe PMC
 * itself; or the articles of the project.
 *
 * @throws InputError if the run insists on gold corpora that its profile lacks or that cannot be had
 */
export async function openArticleSource(
  run: Run,
  progress: Progress = silentProgress,
): Promise<ArticleSource> {
  const { profile, profileName, data } = run;
  if (data === 'europepmc') {
    const query = ENTITY_CLASSES.map((type) => `ANNOTATION_TYPE:"${type}"`).join(' AND ');
    return { description: 'Europe PMC', request: { source: 'europepmc', query }, shares: [] };
  }
  if (data === 'gold' && profile.gold.length === 0)
    throw new InputError(
      `the profile "${profileName}" has no gold corpora; choose "quick" or "full", or other data`,
    );
  if (data === 'sample' || profile.gold.length === 0) return sampleSource('the sample');
  let shares: ReplayedShare[];
  try {
    ({ shares } = await writeReplay(run.files.replay, profile.gold, { seed: run.seed, progress }));
  } catch (error) {
    if (data === 'gold' || !(error instanceof InputError)) throw error;
    return sampleSource(`the sample, since the gold corpora are not available: ${error.message}`);
  }
  const names = profile.gold.map(({ corpus }) => corpus).join(', ');
  return {
    description: `the gold corpora ${names}, served as Europe PMC serves articles`,
    request: { source: 'replay', replay: run.files.replay, limit: 1_000_000, unannotated: true },
    shares,
  };
}

const sampleSource = (description: string): ArticleSource => ({
  description,
  request: { source: 'sample' },
  shares: [],
});

/**
 * What preprocessing has to know of a run's articles: of gold corpora their official parts, and the classes that their annotators looked for. Nothing
 * of other sources.
 */
export function knownOfArticles({ files }: Run): Pick<PreprocessingOptions, 'split' | 'annotated'> {
  if (!isReplayed(files.collection)) return {};
  const { articles } = readReplay(files.replay);
  const pmcids = Object.keys(articles);
  return {
    split: byLabel(pmcids, (pmcid) => articles[pmcid].part),
    annotated: byLabel(pmcids, (pmcid) => articles[pmcid].annotated),
  };
}
