import { randomBytes } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import type { TaskToken } from '#local/step-functions/interpreter/run.ts';

/** The tokens by which others tell that tasks are done. */
export interface Tokens {
  open(): TaskToken;
  succeed(token: string, output: unknown): void;
  fail(token: string, error: StatesError): void;
  beat(token: string): void;
}

interface Open {
  readonly done: PromiseWithResolvers<unknown>;
  beat(): void;
}

export function createTokens(): Tokens {
  const open = new Map<string, Open>();
  const known = (token: string): Open => {
    const found = open.get(token);
    if (found === undefined) throw new AwsError('TaskDoesNotExist', 'Task does not exist');
    return found;
  };
  return {
    open() {
      const token = randomBytes(48).toString('base64');
      const done = Promise.withResolvers<unknown>();
      done.promise.catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      open.set(token, { done, beat: () => void timer?.refresh() });
      return {
        token,
        done: done.promise,
        heartbeat: (seconds) =>
          new Promise<never>((_, reject) => {
            const late = (): void => reject(new StatesError('States.HeartbeatTimeout', ''));
            timer = setTimeout(late, seconds * 1000);
            void done.promise.finally(() => clearTimeout(timer)).catch(() => undefined);
          }),
        close: () => void open.delete(token),
      };
    },
    succeed(token, output) {
      known(token).done.resolve(output);
      open.delete(token);
    },
    fail(token, error) {
      known(token).done.reject(error);
      open.delete(token);
    },
    beat: (token) => known(token).beat(),
  };
}
