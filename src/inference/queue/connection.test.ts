import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { connect, readAddress } from './connection';
import { startRedis, WITHOUT_REDIS } from './redis.fixture';

const SECRET = 'a secret/p@ss';

test('user name, password, TLS and database come from the address or the environment', () => {
  const { options, name } = readAddress('rediss://me:a%20secret%2Fp%40ss@queue.example.org:7000/3', {});
  assert.equal(name, 'rediss://queue.example.org:7000/3');
  const { host, port, db, username, password, tls } = options;
  assert.deepEqual(
    { host, port, db, username, password, tls },
    {
      host: 'queue.example.org',
      port: 7000,
      db: 3,
      username: 'me',
      password: SECRET,
      tls: { servername: host },
    },
  );
  const own = readAddress('redis://127.0.0.1', {
    FALCONFRAMES_QUEUE_USERNAME: 'me',
    FALCONFRAMES_QUEUE_PASSWORD: SECRET,
  });
  assert.equal(own.options.password, SECRET);
  assert.equal(own.options.username, 'me');
  assert.deepEqual([own.options.port, own.options.db, own.options.tls], [6379, 0, undefined]);
});

test('an address that cannot be used is named without its password', () => {
  for (const address of [
    `redis://me:${SECRET}@host`,
    'http://me:hunter2@host:6379',
    'redis://:hunter2@host:6379/none',
    'hunter2@host',
  ])
    assert.throws(
      () => readAddress(address, {}),
      (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.doesNotMatch(inspect(error), /hunter2|secret|p@ss/);
        return true;
      },
    );
});

test('a server with a password: right, wrong and missing; the password is in no message', {
  skip: WITHOUT_REDIS,
}, async (t) => {
  const redis = await startRedis([], 'hunter2');
  t.after(() => redis.end());
  const address = redis.url().replace(':hunter2@', '');
  const client = await connect(readAddress(redis.url()));
  assert.equal(await client.ping(), 'PONG');
  client.disconnect();
  const fromEnvironment = await connect(readAddress(address, { FALCONFRAMES_QUEUE_PASSWORD: 'hunter2' }));
  fromEnvironment.disconnect();
  const wrong = redis.url().replace('hunter2', 'hunter3');
  for (const refused of [address, wrong])
    await assert.rejects(connect(readAddress(refused, {})), (error: Error) => {
      assert.match(error.message, /cannot be reached \((NOAUTH|WRONGPASS).*set FALCONFRAMES_QUEUE_PASSWORD/);
      assert.doesNotMatch(inspect(error, { depth: 10 }), /hunter/);
      return true;
    });
});

test('a server that discards entries, and one that does not answer, are refused', {
  skip: WITHOUT_REDIS,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.end());
  const client = await connect(readAddress(redis.url()));
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  client.disconnect();
  await assert.rejects(
    connect(readAddress(redis.url())),
    /discards entries .*start it with --maxmemory-policy noeviction/,
  );
  await redis.kill();
  await assert.rejects(connect(readAddress(redis.url())), /cannot be reached \(ECONNREFUSED\)/);
});
