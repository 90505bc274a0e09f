import { labelColours } from '../../visualization';

/** How mentions of a class look: a colour, and a kind of line for readers who do not tell the colours apart. */
export interface LabelStyle {
  colour: string;
  line: string;
}

export type LabelStyles = Readonly<Record<string, LabelStyle>>;

const LINES = ['solid', 'dashed', 'dotted', 'double'];

export function labelStyles(labels: readonly string[]): LabelStyles {
  const colours = labelColours(labels);
  return Object.fromEntries(
    labels.map((label, place) => [label, { colour: colours[label], line: LINES[place % LINES.length] }]),
  );
}
