import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../foundation';
import { pageFiles, servePage, writePage } from '../page';
import { notice, printResult } from './output';

interface DemoOptions {
  out?: string;
  port?: number;
  json?: boolean;
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('annotate text in a page of your browser, on this machine or as a static site')
    .option('--out <folder>', 'write the page as a static site for any web server, instead of serving it')
    .option('--port <number>', 'the port of 127.0.0.1 (default: 8737, or a free one)', portNumber)
    .option('--json', 'print the address, or the files written, as JSON')
    .addHelpText(
      'after',
      `
Prints the address of the page and serves it until interrupted (Ctrl+C). The models run in the page; no text leaves it.

Examples:
  npx falconframes demo
  npx falconframes demo --out site`,
    )
    .action(demo);
}

async function demo({ out, port, json }: DemoOptions): Promise<void> {
  if (out !== undefined) {
    const files = (await writePage(out)).map(({ path, content }) => ({ path, bytes: content.length }));
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    printResult(
      { folder: out, files },
      { json },
      () =>
        `${out}: ${counted(files.length, 'file')}, ${(total / 1e6).toFixed(1)} MB; serve the folder with any web server`,
    );
    return;
  }
  const { url, close } = await servePage(await pageFiles(), { port });
  printResult({ url }, { json }, () => url);
  notice('Open this address in a browser; Ctrl+C ends the server');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => close());
}

function portNumber(value: string): number {
  const port = Number(value);
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 1 to 65535.');
  return port;
}
