import type { University } from '../../corpora';
import { createRandom, type Span } from '../../foundation';
import type { BarSeries, MarkedSentence, Row } from '../../visualization';
import { withInterval } from '../tables';
import { shareInterval } from './scores';
import type { FindMentions } from './taggers';

/** Sentences with a place for a name; the first is the name alone. */
export const TEMPLATES = [
  '{name}',
  'She studied law at {name} .',
  '{name} announced a new programme on Monday .',
  'Researchers from {name} published the results in March .',
  'The minister gave a speech at {name} before he left .',
] as const;

/** What a tagger makes of a name that should be one organization. */
export const OUTCOMES = ['exact', 'partial', 'a location', 'another type', 'missed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface UniversityCase extends University {
  template: number;
  text: string;
  /** The name in the text. */
  start: number;
  end: number;
}

/** Each name in each template. */
export const universityCases = (universities: readonly University[]): UniversityCase[] =>
  universities.flatMap(({ country, name }) =>
    TEMPLATES.map((pattern, template) => {
      const start = pattern.indexOf('{name}');
      return {
        country,
        name,
        template,
        text: pattern.replace('{name}', () => name),
        start,
        end: start + name.length,
      };
    }),
  );

/** Exact: one organization with the borders of the name, and nothing else in it. */
export function outcomeOf({ start, end }: UniversityCase, spans: readonly Span[]): Outcome {
  const inside = spans.filter((span) => span.start < end && span.end > start);
  if (inside.length === 0) return 'missed';
  const [only] = inside;
  const isWhole = inside.length === 1 && only.start === start && only.end === end;
  if (isWhole && only.label === 'ORG') return 'exact';
  if (inside.some(({ label }) => label === 'ORG')) return 'partial';
  return inside.some(({ label }) => label === 'LOC') ? 'a location' : 'another type';
}

/**
 * Shares of the outcomes by a property of the cases, the largest group first. Intervals are 95 % bootstrap intervals over names, whose sentences
 * are not independent.
 */
export function outcomeRows(
  cases: readonly UniversityCase[],
  outcomes: readonly Outcome[],
  groupOf: (one: UniversityCase) => string,
  { seed, most = Number.POSITIVE_INFINITY }: { seed: number; most?: number },
): Row[] {
  const groups = new Map<string, number[]>();
  cases.forEach((one, index) => {
    const own = groups.get(groupOf(one));
    if (own) own.push(index);
    else groups.set(groupOf(one), [index]);
  });
  return [...groups]
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, most)
    .map(([group, places]) => {
      const share = (outcome: Outcome) =>
        places.filter((place) => outcomes[place] === outcome).length / places.length;
      return {
        group,
        names: new Set(places.map((place) => cases[place].name)).size,
        sentences: places.length,
        'exact (%), 95% interval': withInterval(
          share('exact'),
          shareInterval(
            places.map((place) => [cases[place].name, outcomes[place] === 'exact' ? 1 : 0]),
            seed,
          ),
        ),
        ...Object.fromEntries(
          OUTCOMES.slice(1).map((outcome): [string, number] => [`${outcome} (%)`, 100 * share(outcome)]),
        ),
      };
    });
}

/** Whether a name says "university", in one of the spellings of European languages. */
const saysUniversity = ({ name }: University): boolean => /univers|univerz|uniwers|üniversit/i.test(name);

const isAscii = ({ name }: University): boolean => /^[\x20-\x7e]*$/.test(name);

/** Every case with what a tagger found in it. */
export interface UniversityProbe {
  cases: UniversityCase[];
  found: Span[][];
  outcomes: Outcome[];
}

/** Runs a tagger on each name in each template. */
export async function probeUniversities(
  universities: readonly University[],
  find: FindMentions,
): Promise<UniversityProbe> {
  const cases = universityCases(universities);
  const found = await find(cases, 'Universities');
  return { cases, found, outcomes: cases.map((one, index) => outcomeOf(one, found[index])) };
}

/** Share of the cases that are exact. */
export const exactShare = ({ outcomes }: UniversityProbe): number =>
  outcomes.filter((outcome) => outcome === 'exact').length / outcomes.length;

/** The outcomes by sentence, stem, letters and country, by the title of each table. */
export function universityTables({ cases, outcomes }: UniversityProbe, seed: number): Record<string, Row[]> {
  const rowsOf = (groupOf: (one: UniversityCase) => string, most?: number) =>
    outcomeRows(cases, outcomes, groupOf, { seed, most });
  return {
    'All sentences': rowsOf(() => 'all'),
    'By sentence': rowsOf(({ template }) => TEMPLATES[template]),
    'By whether the name says "university" in some language': rowsOf((one) =>
      saysUniversity(one) ? 'with univers-, univerz-, uniwers- or üniversit-' : 'without',
    ),
    'By letters': rowsOf((one) => (isAscii(one) ? 'ASCII' : 'other letters')),
    'By country, the twenty with the most names': rowsOf(({ country }) => country, 20),
  };
}

/** Number of names by outcome and sentence, for `groupedBars`. */
export const outcomeBars = ({ cases, outcomes }: UniversityProbe): BarSeries[] =>
  OUTCOMES.map((outcome) => ({
    name: outcome,
    values: Object.fromEntries(
      TEMPLATES.map((pattern, template) => [
        pattern,
        cases.filter((one, index) => one.template === template && outcomes[index] === outcome).length,
      ]),
    ),
  }));

/** Some of the cases that are not exact, drawn with the seed. */
export function failedCases(
  { cases, found, outcomes }: UniversityProbe,
  count: number,
  seed: number,
): MarkedSentence[] {
  const failed = [...cases.keys()].filter((index) => outcomes[index] !== 'exact');
  return createRandom(seed)
    .shuffle(failed)
    .slice(0, count)
    .map((index) => {
      const { text, start, end, country } = cases[index];
      const gold = [{ start, end, label: 'ORG' }];
      return { text, gold, predicted: found[index], note: `${outcomes[index]}, ${country}` };
    });
}
