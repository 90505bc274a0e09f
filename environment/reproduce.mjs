// `npm run reproduce -- [options]`: sets up what is missing, then runs `falconframes reproduce` with the same options.
import { join } from 'node:path';
import { setUp } from './setup.mjs';

await setUp();
const { runInForeground } = await import('./commands.mjs');
const { root } = await import('./places.mjs');
const command = join(root, 'environment', 'falconframes.cjs');
process.exitCode = await runInForeground(process.execPath, [command, 'reproduce', ...process.argv.slice(2)]);
