import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './places';

/**
 * Turns off the telemetry of all dependencies through their environment variables; docs/telemetry.md lists what each would send.
 * ONNX Runtime reads its variable when the first session of the process opens, the others when they are loaded. Child processes and
 * threads inherit them.
 */
const variables = readFileSync(join(projectRoot, 'environment', 'no-telemetry.json'), 'utf8');
Object.assign(process.env, JSON.parse(variables));
