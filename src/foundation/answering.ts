import { parentPort } from 'node:worker_threads';
import { InputError } from './errors';

/** What comes back for a question. */
export type Reply<Answer> =
  | { kind: 'answer'; value: Answer }
  /** `isInput`: it was an InputError, whose message is for people. Of other errors the message is their stack. */
  | { kind: 'failure'; message: string; isInput: boolean };

export interface AnsweringOptions {
  /** Signals that reach every process of a terminal or a container, and that the parent decides about. */
  ignored?: readonly NodeJS.Signals[];
  /** What is cleaned up where the parent is gone. Processes alone. */
  abandoned?: () => void;
}

/**
 * The other side of `startProcess` and `startThread`: answers what the parent asks, one question after the other. A process ends with its
 * parent, however that ends.
 */
export function answerParent<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
  { ignored = [], abandoned = () => {} }: AnsweringOptions = {},
): void {
  let last: Promise<void> = Promise.resolve();
  /** One question after the other, also where an answer takes its time. */
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
      // Where the parent has ended meanwhile, 'disconnect' follows.
      if (process.connected) process.send!(reply, undefined, undefined, () => {});
    }),
  );
}
