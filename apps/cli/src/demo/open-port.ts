import type { Logger } from 'pubky-paykit';
import type { Answer } from './scene.ts';

/** A port that is open for one payment. */
export interface OpenPort {
  /** What has come of the first request; rejects if it cannot be answered. */
  readonly answer: Promise<Answer>;
  /** Closes the port once what is under way is over, and wipes its key. Again does nothing. */
  shut(): Promise<void>;
}

/** Takes the first answer, or what has kept a payee from giving one. */
export interface AnswerBox {
  readonly answer: Promise<Answer>;
  put(answer: Answer): void;
  fail(reason: string): void;
}

/** A box for one answer; what comes later is dropped. */
export function createAnswerBox(): AnswerBox {
  let [put, fail] = [(_: Answer): void => {}, (_: string): void => {}];
  const answer = new Promise<Answer>((resolve, reject) => {
    put = resolve;
    fail = (reason) => reject(new Error(reason));
  });
  // Whoever waits hears of a failure; here it only must not go unhandled.
  answer.catch(() => {});
  return { answer, put: (given) => put(given), fail: (reason) => fail(reason) };
}

/** In a demo every connection has to succeed: one that fails is the end of it. */
export function failingLogger({ fail }: Pick<AnswerBox, 'fail'>): Logger {
  const ignore = (): void => {};
  const warn: Logger['warn'] = (message, { error } = {}) => {
    if (error !== undefined) fail(`${message}: ${error}`);
  };
  return { debug: ignore, info: ignore, warn, error: warn };
}
