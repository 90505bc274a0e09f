import type { University } from '../../corpora';
import type { Span } from '../../foundation';
import type { Row } from '../../visualization';
import { accuracyText } from '../tables';

/** Sentences with a place for a name; the first is the name alone. */
export const TEMPLATES = [
  '{name}',
  'She studied law at {name} .',
  '{name} announced a new programme on Monday .',
  'Researchers from {name} published the results in March .',
  'The minister gave a speech at {name} before he left .',
] as const;

/** What a tagger makes of a name that should be one organization. */
export const OUTCOMES = ['exact', 'partial', 'wrong type', 'missed'] as const;
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
  if (isWhole) return only.label === 'ORG' ? 'exact' : 'wrong type';
  return inside.some(({ label }) => label === 'ORG') ? 'partial' : 'wrong type';
}

/** Shares of the outcomes by a property of the cases, the largest group first. */
export function outcomeRows(
  cases: readonly UniversityCase[],
  outcomes: readonly Outcome[],
  groupOf: (one: UniversityCase) => string,
  most = Number.POSITIVE_INFINITY,
): Row[] {
  const groups = new Map<string, Outcome[]>();
  cases.forEach((one, index) => {
    const group = groupOf(one);
    groups.set(group, [...(groups.get(group) ?? []), outcomes[index]]);
  });
  return [...groups]
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, most)
    .map(([group, own]) => ({
      group,
      sentences: own.length,
      ...Object.fromEntries(
        OUTCOMES.map((outcome) => {
          const count = own.filter((one) => one === outcome).length;
          return [
            outcome === 'exact' ? 'exact (%), 95% interval' : `${outcome} (%)`,
            outcome === 'exact' ? accuracyText(count / own.length, own.length) : (100 * count) / own.length,
          ];
        }),
      ),
    }));
}

/** Whether a name says what it names. */
export const hasKeyword = ({ name }: University): boolean =>
  /universi|univerz|college|institut|école|school/i.test(name);

export const isAscii = ({ name }: University): boolean => /^[\x20-\x7e]*$/.test(name);
