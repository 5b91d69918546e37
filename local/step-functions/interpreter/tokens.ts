import { randomBytes } from 'node:crypto';
import { startTimer, type Timer } from '#local/process/clock.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import type { TaskToken } from '#local/step-functions/interpreter/run.ts';

/** The tokens with which other programs report on tasks. */
export interface TaskTokens {
  /** Creates a token. */
  open(): TaskToken;
  /** Ends a task with an output. Throws AWS's error if the token is not open. */
  succeed(token: string, output: unknown): void;
  /** Ends a task with an error. Throws AWS's error if the token is not open. */
  fail(token: string, error: StatesError): void;
  /** Restarts the heartbeat timer of a task. Throws AWS's error if the token is not open. */
  beat(token: string): void;
}

/** A missed heartbeat. It is a timeout, which can also be caught by a name of its own. */
export class HeartbeatError extends StatesError {
  constructor() {
    super('States.Timeout');
  }
}

interface OpenTask {
  readonly done: PromiseWithResolvers<unknown>;
  beat(): void;
}

/** The form of the tokens that this host creates. */
const tokenForm = /^AQ[\w+/]{62}$/u;

/** Returns an empty set of tokens. They are kept in memory only. */
export function createTaskTokens(): TaskTokens {
  const open = new Map<string, OpenTask>();
  const requireTask = (token: string): OpenTask => {
    const task = open.get(token);
    if (task !== undefined) return task;
    if (!tokenForm.test(token))
      throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  };
  return {
    open() {
      const token = `AQ${randomBytes(48).toString('base64').slice(2)}`;
      const done = Promise.withResolvers<unknown>();
      done.promise.catch(() => undefined);
      let timer: Timer | undefined;
      open.set(token, { done, beat: () => timer?.restart() });
      return {
        token,
        done: done.promise,
        heartbeat: (seconds) =>
          new Promise<never>((_, reject) => {
            timer = startTimer(seconds * 1000, () => reject(new HeartbeatError()));
          }),
        close() {
          timer?.stop();
          open.delete(token);
        },
      };
    },
    succeed(token, output) {
      requireTask(token).done.resolve(output);
      open.delete(token);
    },
    fail(token, error) {
      requireTask(token).done.reject(error);
      open.delete(token);
    },
    beat: (token) => requireTask(token).beat(),
  };
}
