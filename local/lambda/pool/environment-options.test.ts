import { expect, test } from 'vitest';
import { readEnvironmentArguments } from '#local/lambda/pool/environment-options.ts';

test('the options are a number of executions and a time in seconds', () => {
  const read = readEnvironmentArguments({ concurrency: '50', 'idle-seconds': '0.5' });
  expect(read).toEqual({ concurrency: 50, idleMs: 500 });
  expect(readEnvironmentArguments({ 'idle-seconds': '30' }).concurrency).toBeUndefined();
});

test('an error names the option', () => {
  const read = (concurrency: string, idleSeconds: string) => () =>
    readEnvironmentArguments({ concurrency, 'idle-seconds': idleSeconds });
  expect(read('many', '30')).toThrow('--concurrency: must be a whole number, not "many"');
  expect(read('5', '-1')).toThrow('--idle-seconds: must be a number from 0 to 86400, not "-1"');
});
