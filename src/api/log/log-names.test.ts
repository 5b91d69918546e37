import { createHmac } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { describeCause, logInfo } from '#api/log/log.ts';
import { logAbout, logName, withLogNames, withSubject } from '#api/log/log-names.ts';

afterEach(() => void vi.restoreAllMocks());

/** Collects the log lines that are written from now on. */
function collectLines(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)) as Record<string, unknown>);
    return true;
  });
  return lines;
}

test('lines name what is known when they are written, and the invocation waits for the secret', async () => {
  const lines = collectLines();
  const secret = Promise.withResolvers<string>();
  const invocation = withLogNames(
    () => secret.promise,
    async () => {
      logInfo('before', {});
      logAbout({ owner: 'user:ada' });
      logInfo('during', {});
      logAbout({ conversationId: 'c1' });
      logInfo('after', {});
    },
  );
  expect(lines).toMatchObject([{ message: 'before' }]);
  secret.resolve('s');
  await invocation;
  const [before, during, after] = lines;
  expect([before?.['owner'], during?.['conversation']]).toEqual([undefined, undefined]);
  expect(during).toMatchObject({ message: 'during', owner: logName('s', 'user:ada') });
  expect(after).toMatchObject({
    owner: logName('s', 'user:ada'),
    conversation: logName('s', 'c1'),
  });
});

test('a line is written without names if the secret cannot be read', async () => {
  const lines = collectLines();
  await withLogNames(
    async () => undefined,
    async () => {
      logAbout({ owner: 'user:ada', conversationId: 'c1', route: 'GET /' });
      logInfo('answered', {});
    },
  );
  expect(Object.keys(lines[0] ?? {})).toEqual(['timestamp', 'level', 'message', 'route']);
});

test('messages that are handled at the same time keep their own owners', async () => {
  const lines = collectLines();
  await withLogNames(
    () => 's',
    async () => {
      const handle = (owner: string): Promise<void> =>
        withSubject({ owner }, async () => {
          await new Promise(setImmediate);
          logInfo(owner, {});
        });
      await Promise.all(['ada', 'grace'].map(handle));
    },
  );
  expect(lines.map(({ message, owner }) => [message, owner])).toEqual([
    ['ada', logName('s', 'ada')],
    ['grace', logName('s', 'grace')],
  ]);
});

test('a name is the beginning of an HMAC-SHA-256, and different secrets give different names', () => {
  const whole = createHmac('sha256', 's').update('user:ada').digest('hex');
  expect(logName('s', 'user:ada')).toBe(whole.slice(0, 16));
  expect(logName('other', 'user:ada')).not.toBe(logName('s', 'user:ada'));
  expect(logName('s', 'user:eve')).not.toBe(logName('s', 'user:ada'));
});

test('the cause of a failed parse does not quote what was parsed', async () => {
  const parsing = new Promise(() => JSON.parse('marmalade'));
  const cause: unknown = await parsing.catch((error: unknown) => error);
  expect(String(cause)).toContain('marmalade');
  const error = new ChatError('model_error', 'The answer was cut short.', { cause });
  expect(describeCause(error)).toBe('ChatError: The answer was cut short. <- SyntaxError');
});
