// The notebooks as they go into the deliverable, and their HTML copies. Figures take most of the room, so they are stored smaller: in
// notebooks as PNG with at most 256 colours, on pages as WebP, which keeps every pixel.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { InputError } from 'falconframes/foundation';
import sharp from 'sharp';
import { CommandError, run } from '../commands.mjs';
import { root, venvPython } from '../places.mjs';

/**
 * Reads a notebook.
 *
 * @throws InputError if a cell was not executed, or ended in an error
 */
export function readExecuted(path, content) {
  const notebook = JSON.parse(content);
  for (const [index, cell] of notebook.cells.entries()) {
    if (cell.cell_type !== 'code') continue;
    const failed = cell.outputs.some((output) => output.output_type === 'error');
    if (cell.execution_count === null || failed)
      throw new InputError(
        `${path}: cell ${index + 1} ${failed ? 'ended in an error' : 'was not executed'}; run the notebook (\`npm run reproduce\`) and commit it with its outputs`,
      );
  }
  return notebook;
}

/** The same notebook with smaller figures. @param content of an .ipynb file */
export async function withSmallerFigures(content) {
  const notebook = JSON.parse(content);
  for (const output of notebook.cells.flatMap((cell) => cell.outputs ?? [])) {
    const png = output.data?.['image/png'];
    if (png === undefined) continue;
    const figure = Buffer.from([png].flat().join(''), 'base64');
    const smaller = await sharp(figure).png({ palette: true, quality: 100, dither: 0, effort: 7 }).toBuffer();
    if (smaller.length < figure.length) output.data['image/png'] = smaller.toString('base64');
  }
  return Buffer.from(`${JSON.stringify(notebook, null, 1)}\n`);
}

/**
 * Makes a page that opens offline of each notebook.
 *
 * @param notebooks [{ path: below notebooks/, content }] @returns [{ path: below html/, content }]
 */
export async function pagesOf(notebooks) {
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-pages-'));
  try {
    const sources = notebooks.map(({ path, content }) => {
      const place = join(scratch, basename(path));
      writeFileSync(place, content);
      return place;
    });
    const out = join(scratch, 'html');
    mkdirSync(out);
    const script = join(root, 'environment', 'run_notebooks.py');
    await run(venvPython, [script, 'pages', '--out', out, ...sources], { log: 'pages' });
    const pages = [];
    for (const { path } of notebooks) {
      const page = path.replace(/^notebooks\//, 'html/').replace(/\.ipynb$/, '.html');
      const html = readFileSync(join(out, basename(page)), 'utf8');
      pages.push({ path: page, content: Buffer.from(await withWebp(html)) });
    }
    return pages;
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new InputError(
        'the Python environment that makes the HTML copies is not set up; run `npm run setup` first',
      );
    if (error instanceof CommandError) throw new InputError(error.message);
    throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function withWebp(html) {
  const parts = html.split(/data:image\/png;base64,([A-Za-z0-9+/=\n]+)/);
  // Every second part is a picture.
  for (let index = 1; index < parts.length; index += 2) {
    const webp = await sharp(Buffer.from(parts[index], 'base64'))
      .webp({ lossless: true, effort: 4 })
      .toBuffer();
    parts[index] = `data:image/webp;base64,${webp.toString('base64')}`;
  }
  return parts.join('');
}
