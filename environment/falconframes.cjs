#!/usr/bin/env node
// The command `falconframes`: builds the library on first use, then runs it. Telemetry is turned off before anything else is
// loaded.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
Object.assign(process.env, require('./no-telemetry.json'));
if (!existsSync(join(root, 'dist', 'cli', 'index.js'))) {
  if (!existsSync(join(root, 'node_modules', 'typescript'))) {
    console.error(
      'falconframes: the npm packages are not installed; run `npm ci` in the project folder first',
    );
    process.exit(1);
  }
  console.error('Building the library (first use)');
  require('./first-build.cjs').firstBuild(root, join(root, 'dist'));
}
require('../dist/cli/index.js');
