import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Conversation, Exchange, ProcessEnded, startProcess, startThread } from './conversation';
import { InputError } from './errors';

const fixture = join(__dirname, 'conversation.fixture.js');
type Talk = Conversation<string | number | readonly number[], unknown>;

function childProcess(context: TestContext): Talk {
  const talk = startProcess<string | number | readonly number[], unknown>(fixture, {
    arguments: ['one', 'two'],
    environment: { CONVERSATION: 'yes' },
  });
  context.after(() => talk.end());
  return talk;
}

function thread(context: TestContext): Talk {
  const talk: Talk = startThread(fixture, { resourceLimits: { maxOldGenerationSizeMb: 32 } });
  context.after(() => talk.end());
  return talk;
}

for (const [name, start] of [
  ['process', childProcess],
  ['thread', thread],
] as const) {
  test(`a ${name} answers questions in order; a failure affects only its own answer`, async (context) => {
    const talk = start(context);
    const answers = await Promise.allSettled(
      ['slow', 1, 'input error', [2, Number.NaN], 'defect', -0].map((question) => talk.ask(question)),
    );
    const [slow, first, refused, second, failed, third] = answers;
    assert.deepEqual(
      [slow, first, second, third].map((answer) => answer.status === 'fulfilled' && answer.value),
      ['done', [2], [4, Number.NaN], [-0]],
    );
    assert.ok(refused.status === 'rejected' && refused.reason instanceof InputError);
    assert.equal(refused.reason.message, 'the file is bad');
    assert.ok(failed.status === 'rejected' && !(failed.reason instanceof InputError));
    assert.match(failed.reason.message, /^TypeError: a defect\n +at /);
  });
}

test('a process gets its arguments and environment variables', async (context) => {
  assert.deepEqual(await childProcess(context).ask('arguments'), ['one', 'two', 'yes']);
});

test('a process that exits reports how, to pending and later questions', async (context) => {
  const talk = childProcess(context);
  const [one, other] = await Promise.allSettled([talk.ask('exit'), talk.ask(1)]);
  assert.ok(one.status === 'rejected' && one.reason instanceof ProcessEnded);
  assert.ok(other.status === 'rejected' && other.reason === one.reason);
  const { status, signal, lastWords } = one.reason;
  assert.deepEqual({ status, signal, lastWords }, { status: 3, signal: null, lastWords: 'out of breath' });
  assert.equal(one.reason.message, 'conversation.fixture.js ended with status 3; out of breath');
  await assert.rejects(talk.ask(2), one.reason);
  await assert.rejects(childProcess(context).ask('kill'), { signal: 'SIGKILL', status: null });
});

test('a process can be ended at any time; a missing module is reported with the last lines of its stderr', async (context) => {
  const talk = childProcess(context);
  await talk.ask(1);
  const never = assert.rejects(talk.ask('never'), { signal: 'SIGKILL' });
  await talk.end();
  await never;
  const nowhere = startProcess<number, unknown>(join(__dirname, 'nowhere.js'));
  await assert.rejects(nowhere.ask(1), { status: 1, lastWords: /Cannot find module/ });
  await nowhere.end();
});

test('a thread finishes its answer before it is terminated', async () => {
  const talk: Talk = startThread(fixture, {});
  const answer = talk.ask([1, 2, 3]);
  await talk.end();
  assert.deepEqual(await answer, [2, 4, 6]);
  await assert.rejects(talk.ask(1), /ended before its work was done/);
});

test('a thread that exits or runs out of memory fails its question, not this process', async (context) => {
  await assert.rejects(thread(context).ask('memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
  await assert.rejects(thread(context).ask('exit'), /a worker thread ended before its work was done/);
});

test('replies match questions in order, including an unsolicited reply', async () => {
  const sent: string[] = [];
  const exchange = new Exchange<string, number>((question) => sent.push(question));
  const greeting = exchange.expect();
  exchange.answered(0);
  const answers = [exchange.ask('a'), exchange.ask('b')];
  exchange.answered(1);
  exchange.refused(new InputError('no'));
  assert.equal(await greeting, 0);
  assert.equal(await answers[0], 1);
  await assert.rejects(answers[1], { name: 'InputError', message: 'no' });
  exchange.fail(new Error('over'));
  exchange.fail(new Error('later'));
  await assert.rejects(exchange.ask('c'), { message: 'over' });
  assert.deepEqual(sent, ['a', 'b']);
});
