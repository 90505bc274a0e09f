import type { ModelSummary, ModuleSummary } from './summary';

/**
 * Returns a summary as text: a line for each module, indented below its parent, with the shapes of its tensors and its number of
 * parameters. Of equal layers, the first stands for all, and the lines below it count one of them.
 *
 * @example console.log(formatSummary(summarizeModel('models/falconframes-small')));
 */
export function formatSummary({ modules, parameters, wordEmbeddings }: ModelSummary): string {
  const rows = modules.flatMap((module) => rowsOf(module, 0));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(([name, shapes, count]) =>
    [name.padEnd(widths[0]), shapes.padEnd(widths[1]), count.padStart(widths[2])].join('  '),
  );
  const share = ((100 * wordEmbeddings) / parameters).toFixed(1);
  const total = `Total ${grouped(parameters)} parameters, all trainable; ${grouped(wordEmbeddings)} of them (${share}%) are word embeddings`;
  return [...lines, total].join('\n');
}

type Row = [name: string, shapes: string, parameters: string];

function rowsOf({ name, count, parameters, shapes, children }: ModuleSummary, depth: number): Row[] {
  const times = count === 1 ? '' : `${count} × `;
  const own: Row = [
    '  '.repeat(depth) + times + name,
    Object.entries(shapes)
      .map(([tensor, shape]) => `${tensor} [${shape.join(', ')}]`)
      .join(', '),
    times + grouped(parameters),
  ];
  return [own, ...children.flatMap((child) => rowsOf(child, depth + 1))];
}

const grouped = (value: number): string => value.toLocaleString('en-US');
