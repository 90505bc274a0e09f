import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, startRedis, WITHOUT_REDIS } from '../../inference/queue/redis.fixture';
import { PROGRAM } from '../annotate.fixture';

const skip =
  WITHOUT_REDIS || (spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed');

test('rediss:// checks the certificate against the name of the host; NODE_EXTRA_CA_CERTS adds an authority', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', key, '-out', certificate],
  ]);
  assert.equal(made.status, 0, String(made.stderr));
  const port = String(await freePort());
  const redis = await startRedis([
    ...['--tls-port', port, '--tls-cert-file', certificate, '--tls-key-file', key],
    ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
  ]);
  t.after(() => redis.end());
  const status = (host: string, env: Record<string, string>) =>
    spawnSync(process.execPath, [PROGRAM, 'queue', 'status', '--queue', `rediss://${host}:${port}`], {
      ...{ env: { ...process.env, ...env }, encoding: 'utf8', timeout: 50_000 },
    });
  const trusted = { NODE_EXTRA_CA_CERTS: certificate };
  const right = status('localhost', trusted);
  assert.equal(right.status, 0, right.stderr);
  for (const refused of [status('localhost', {}), status('127.0.0.1', trusted)]) {
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /cannot be reached \((?:DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME_INVALID)/,
    );
  }
});
