import assert from 'node:assert/strict';
import test from 'node:test';
import { GO_TERMS_PROFILES } from './go-terms';
import { currentStudy } from './study-run';

const study = (environment: NodeJS.ProcessEnv) => currentStudy('go-terms', GO_TERMS_PROFILES, environment);

test('without any variable a study is a quick run on the data at hand', () => {
  const run = study({});
  assert.deepEqual([run.profileName, run.data, run.seed, run.corpus], ['quick', 'auto', 1, undefined]);
  assert.match(run.folder, /runs[/\\]studies[/\\]go-terms-quick$/);
  assert.equal(run.profile, GO_TERMS_PROFILES.quick);
});

test('variables set profile, data, seed, folder and corpus; others are rejected with the allowed values', () => {
  const run = study({
    FALCONFRAMES_PROFILE: 'smoke',
    FALCONFRAMES_DATA: 'sample',
    FALCONFRAMES_SEED: '7',
    FALCONFRAMES_OUT: '/somewhere/run',
    FALCONFRAMES_CORPUS: '/data/go.obo',
  });
  assert.deepEqual([run.profileName, run.data, run.seed], ['smoke', 'sample', 7]);
  assert.deepEqual(
    [run.folder, run.output, run.corpus],
    ['/somewhere/run', '/somewhere/run/output', '/data/go.obo'],
  );
  assert.throws(() => study({ FALCONFRAMES_PROFILE: 'slow' }), /"slow"; set it to one of smoke, quick, full/);
  assert.throws(
    () => study({ FALCONFRAMES_DATA: 'europepmc' }),
    /"europepmc"; set it to one of auto, sample, gold/,
  );
  assert.throws(() => study({ FALCONFRAMES_SEED: '-1' }), /whole number/);
});
