import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './places';

/**
 * Tells every dependency that has telemetry, by its own environment variable, to send and keep nothing: docs/telemetry.md has what
 * each would do. ONNX Runtime looks when the first session of the process opens, the others when they are loaded; processes and
 * threads started from here inherit it.
 */
const variables = readFileSync(join(projectRoot, 'environment', 'no-telemetry.json'), 'utf8');
Object.assign(process.env, JSON.parse(variables));
