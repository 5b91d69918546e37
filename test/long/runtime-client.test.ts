import { afterAll, beforeAll, test } from 'vitest';
import { compare, hostBehaviours, type BehaviourSystem } from '#test/fixtures/behaviour-system.ts';
import { buffered, starting } from '#test/fixtures/buffered-behaviours.ts';
import { streaming, type Row } from '#test/fixtures/runtime-behaviours.ts';
import {
  downloadRuntimeClient,
  writeClientBootstrap,
} from '#test/fixtures/runtime-client/install-runtime-client.ts';

/*
 * Runs the table of behaviours on AWS's own runtime interface client, so that the table states what
 * it does. `npm ci` cannot install it on a machine without a compiler.
 */

let system: BehaviourSystem;

beforeAll(async () => {
  const program = await downloadRuntimeClient();
  const runtime = 'provided.al2023';
  system = await hostBehaviours(
    {
      S: { rows: streaming, file: 'streaming.', runtime },
      B: { rows: buffered, file: 'buffered.', runtime },
      I: { rows: starting, file: '', runtime },
    },
    (folder) => writeClientBootstrap(folder, program),
  );
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

test.each(named(starting))('in the init phase: %s', async (_, index) => {
  await compare(system, `I${index}`, await system.invoke(`I${index}`), starting[index]?.[2] ?? {});
});
