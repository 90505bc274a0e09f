import { parentPort } from 'node:worker_threads';
import { InputError } from './errors';

/** The reply to one question. */
export type Reply<Answer> =
  | { kind: 'answer'; value: Answer }
  /** `isInput`: the error was an InputError, so `message` is meant for users. For other errors `message` is the stack. */
  | { kind: 'failure'; message: string; isInput: boolean };

export interface AnsweringOptions {
  /** Signals sent to every process of a terminal or container, which the parent handles. */
  ignored?: readonly NodeJS.Signals[];
  /** Cleans up when the parent is gone. Processes only. */
  abandoned?: () => void;
}

/**
 * The child's side of `startProcess` and `startThread`: answers the parent's questions one at a time. A process exits when its
 * parent does, however the parent ends.
 */
export function answerParent<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
  { ignored = [], abandoned = () => {} }: AnsweringOptions = {},
): void {
  let last: Promise<void> = Promise.resolve();
  /** Answers one question at a time, even if answers are asynchronous. */
  const inTurn = (question: Question, send: (reply: Reply<Answer>) => void) => {
    last = last.then(async () => send(await replyTo(question)));
  };
  const replyTo = async (question: Question): Promise<Reply<Answer>> => {
    try {
      return { kind: 'answer', value: await answer(question) };
    } catch (error) {
      const { message, stack } = error as Error;
      const isInput = error instanceof InputError;
      return { kind: 'failure', message: isInput ? message : (stack ?? message), isInput };
    }
  };
  if (parentPort) {
    const port = parentPort;
    port.on('message', (question: Question) => inTurn(question, (reply) => port.postMessage(reply)));
    return;
  }
  for (const signal of ignored) process.on(signal, () => {});
  process.on('disconnect', () => {
    abandoned();
    process.exit();
  });
  process.on('message', (question) =>
    inTurn(question as Question, (reply) => {
      // If the parent has exited meanwhile, 'disconnect' follows.
      if (process.connected) process.send!(reply, undefined, undefined, () => {});
    }),
  );
}
