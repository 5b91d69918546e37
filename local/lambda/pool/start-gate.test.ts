import { expect, test } from 'vitest';
import { createStartGate, type StartGate } from '#local/lambda/pool/start-gate.ts';

type Slot = Awaited<ReturnType<StartGate['enter']>>;

/** Enters the gate for each owner, in order. Collects who was admitted, and the slots. */
function enterAll(
  gate: StartGate,
  owners: readonly object[],
): { readonly admitted: object[]; readonly slots: Slot[] } {
  const admitted: object[] = [];
  const slots: Slot[] = [];
  for (const owner of owners) {
    void gate.enter(owner).then((slot) => {
      admitted.push(owner);
      return slots.push(slot);
    });
  }
  return { admitted, slots };
}

const settle = (): Promise<void> => new Promise(setImmediate);

test('as many may start at once as there are slots', async () => {
  const owners = Array.from({ length: 5 }, () => ({}));
  const { admitted, slots } = enterAll(createStartGate({ slots: 2, maxHoldMs: 60_000 }), owners);
  await settle();
  expect(admitted).toHaveLength(2);
  slots[0]?.release();
  slots[0]?.release();
  await settle();
  expect(admitted).toHaveLength(3);
  for (const slot of slots) slot.release();
  await settle();
  expect(admitted).toHaveLength(5);
  for (const slot of slots) slot.release();
});

test('a function with one cold start waits for one of another function, not for all', async () => {
  const [many, single] = [{ name: 'many' }, { name: 'single' }];
  const gate = createStartGate({ slots: 1, maxHoldMs: 60_000 });
  const { admitted, slots } = enterAll(gate, [many, many, many, many, single]);
  for (let turn = 0; turn < 5; turn += 1) {
    await settle();
    slots[turn]?.release();
  }
  expect(admitted).toEqual([many, many, single, many, many]);
});

test('an environment that starts for long gives its slot to the next one', async () => {
  const { admitted } = enterAll(createStartGate({ slots: 1, maxHoldMs: 5 }), [{}, {}, {}]);
  await expect.poll(() => admitted).toHaveLength(3);
});
