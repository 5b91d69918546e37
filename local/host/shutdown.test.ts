import { expect, test } from 'vitest';
import { createShutdown, type Shutdown } from '#local/host/shutdown.ts';

const closingOrder = ['background', 'ports', 'functions', 'services', 'data'] as const;

/** Fills the stages in the given order, two closers each. Returns a function that closes the system. */
function systemWith(
  stages: readonly (keyof Shutdown)[],
  onClose: (name: string) => void,
): () => Promise<void> {
  const system = new AsyncDisposableStack();
  const shutdown = createShutdown(system);
  for (const stage of stages) {
    for (const name of [`${stage} 1`, `${stage} 2`]) {
      shutdown[stage].defer(async () => {
        await Promise.resolve();
        onClose(name);
      });
    }
  }
  return () => system.disposeAsync();
}

test.each([[closingOrder], [closingOrder.toReversed()]])(
  'stages registered in the order %j close in the fixed order',
  async (stages) => {
    const closed: string[] = [];
    await systemWith(stages, (name) => closed.push(name))();
    expect(closed).toEqual(closingOrder.flatMap((stage) => [`${stage} 2`, `${stage} 1`]));
  },
);

test('the other closers run if one of them throws', async () => {
  const closed: string[] = [];
  const close = systemWith(closingOrder, (name) => {
    if (name === 'functions 2') throw new Error('stuck');
    closed.push(name);
  });
  await expect(close()).rejects.toThrow('stuck');
  expect(closed).toHaveLength(9);
  expect(closed.at(-1)).toBe('data 1');
});
