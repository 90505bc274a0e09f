import { SEARCH_SETTINGS, type SearchRow } from '../../evaluation';
import type { Row } from '../notebook/show-table';

/**
 * Settings ranked by a search, best first, with the scores of the same settings on the whole corpora.
 *
 * @param whole rows with the columns of the search's table
 */
export function searchRankingTable(trials: readonly SearchRow[], whole: readonly SearchRow[]): Row[] {
  const settings = Object.entries(SEARCH_SETTINGS).filter(
    ([column]) => new Set(trials.map((trial) => trial[column])).size > 1,
  );
  const score = (row: SearchRow) => row.score as number | null;
  const ranked = trials.toSorted((one, other) => (score(other) ?? 0) - (score(one) ?? 0));
  return whole
    .map((row) => {
      const place = ranked.findIndex((trial) => settings.every(([column]) => trial[column] === row[column]));
      return { row, place, trial: ranked[place] };
    })
    .filter(({ place }) => place >= 0)
    .sort((one, other) => one.place - other.place)
    .map(({ row, place, trial }) => ({
      'place in the search': `${place + 1} of ${ranked.length}`,
      // As text, since the numbers of a column have three decimals, and learning rates are smaller.
      ...Object.fromEntries(settings.map(([column, name]) => [name, String(row[column])])),
      'dev F1, search': score(trial),
      'dev F1, whole corpora': score(row),
    }));
}
