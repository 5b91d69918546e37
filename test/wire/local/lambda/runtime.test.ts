import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare, hostBehaviours, type BehaviourSystem } from '#test/fixtures/behaviour-system.ts';
import { buffered, older, starting } from '#test/fixtures/buffered-behaviours.ts';
import { streaming, type Row } from '#test/fixtures/runtime-behaviours.ts';

let system: BehaviourSystem;

beforeAll(async () => {
  const runtime = 'nodejs24.x';
  system = await hostBehaviours({
    S: { rows: streaming, file: 'streaming.', runtime },
    B: { rows: buffered, file: 'buffered.', runtime },
    O: { rows: older, file: 'buffered.', runtime: 'nodejs22.x' },
    I: { rows: starting, file: '', runtime },
  });
});

afterAll(() => system.close());

const named = (rows: readonly Row[]): readonly (readonly [string, number])[] =>
  rows.map(([title], index) => [title, index]);

test.each(named(streaming))('streaming: %s', async (_, index) => {
  const outcome = streaming[index]?.[2] ?? {};
  await compare(system, `S${index}`, await system.invokeStreaming(`S${index}`), outcome);
});

test.each(named(buffered))('buffered: %s', async (_, index) => {
  await compare(system, `B${index}`, await system.invoke(`B${index}`), buffered[index]?.[2] ?? {});
});

test.each(named(older))('before Node 24: %s', async (_, index) => {
  await compare(system, `O${index}`, await system.invoke(`O${index}`), older[index]?.[2] ?? {});
});

// The init phase of a function that hangs has ten seconds of its own.
test.each(named(starting))('in the init phase: %s', async (_, index) => {
  await compare(system, `I${index}`, await system.invoke(`I${index}`), starting[index]?.[2] ?? {});
  const phases = [...system.logOf(`I${index}`).matchAll(/Phase: (\w+)/gu)].map(
    ([, phase]) => phase,
  );
  expect(phases).toEqual(['init', 'invoke']);
});

test('a crash loop returns an error to every caller and leaves no process behind', async () => {
  const logicalId = `B${buffered.findIndex(([, handler]) => handler === 'exits')}`;
  const results = await Promise.all(Array.from({ length: 8 }, () => system.invoke(logicalId)));
  expect(results.map(({ errorType }) => errorType)).toEqual(Array(8).fill('Runtime.ExitError'));
  await expect.poll(() => system.pids(logicalId)).toEqual([]);
});

test('a buffered invocation of a streaming function returns prelude and body together', async () => {
  const index = streaming.findIndex(([, handler]) => handler === 'twoHeads');
  const text = `{"statusCode":500}${'\0'.repeat(8)}x`;
  expect(await system.invoke(`S${index}`)).toEqual({ text });
});
