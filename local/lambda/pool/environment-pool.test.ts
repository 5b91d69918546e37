import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { Account } from '#local/lambda/pool/account.ts';
import { EnvironmentPool } from '#local/lambda/pool/environment-pool.ts';
import { createStartGate } from '#local/lambda/pool/start-gate.ts';
import { createManualClock, type ManualClock } from '#local/process/clock.ts';
import { MemoryEnvironment } from '#test/doubles/memory-environment.ts';
import { rounds } from '#test/fixtures/rounds.ts';

const idleMs = 30_000;

interface PoolOptions {
  readonly limit?: number;
  readonly account?: Account;
  readonly clock?: ManualClock;
}

/** A function whose environments a test moves by hand. */
class Pool {
  readonly clock: ManualClock;
  readonly pool: EnvironmentPool;
  readonly environments: MemoryEnvironment[] = [];
  readonly outcomes: string[] = [];
  #count = 0;

  constructor({
    limit,
    account = new Account(100),
    clock = createManualClock(),
  }: PoolOptions = {}) {
    this.clock = clock;
    this.pool = new EnvironmentPool({
      account,
      clock,
      idleMs,
      gate: createStartGate({ slots: 4, maxHoldMs: 2_000 }),
      concurrency: limit === undefined ? { type: 'account' } : { type: 'reserved', limit },
      create: (_, events) => {
        const environment = new MemoryEnvironment(events);
        this.environments.push(environment);
        return environment;
      },
    });
  }

  in(state: MemoryEnvironment['state']): readonly MemoryEnvironment[] {
    return this.environments.filter((each) => each.state === state);
  }

  /** Invokes as a function host does, and notes the outcome. */
  async invoke(): Promise<void> {
    this.#count += 1;
    const requestId = `invocation ${this.#count}`;
    const acquired = await this.pool.acquire();
    if (acquired === 'throttled') this.outcomes.push('throttled');
    else if (!acquired.isReady) this.outcomes.push('init failed');
    else {
      const { type } = await acquired.environment.invoke({ requestId, payload: Buffer.of() });
      this.outcomes.push(type);
    }
  }

  /** Invokes as often at once; all invocations are running afterwards. */
  async run(times: number): Promise<void> {
    const before = this.in('running').length;
    for (let index = 0; index < times; index += 1) void this.invoke();
    while (this.in('running').length < before + times) {
      await settle();
      for (const each of this.in('starting')) each.becomeReady();
      // An environment of another pool may make room for one of this pool.
      for (const each of pools.flatMap((pool) => pool.in('ending'))) each.exit();
    }
  }

  async finishAll(): Promise<void> {
    for (const each of this.in('running')) each.finish();
    await settle();
  }
}

const settle = (): Promise<void> => new Promise(setImmediate);

const pools: Pool[] = [];
afterEach(async () => {
  for (const { pool, environments } of pools.splice(0)) {
    const closing = pool.close().catch(() => undefined);
    await settle();
    for (const each of environments.filter(({ state }) => state !== 'exited')) each.exit();
    await closing;
  }
});

function open(options: PoolOptions = {}): Pool {
  const pool = new Pool(options);
  pools.push(pool);
  return pool;
}

test('after a burst, all idle environments end but the one that was used last', async () => {
  const pool = open();
  await pool.run(20);
  const running = pool.in('running');
  await pool.finishAll();
  await pool.clock.advance(idleMs - 1);
  expect(pool.in('idle')).toHaveLength(20);
  await pool.clock.advance(1);
  expect(pool.in('ending')).toHaveLength(19);
  expect(pool.in('idle')).toEqual([running.at(-1)]);
  await pool.clock.advance(100 * idleMs);
  expect(pool.in('idle')).toHaveLength(1);
});

test('an environment that is not needed any more ends under steady traffic, too', async () => {
  const pool = open();
  await pool.run(2);
  await pool.finishAll();
  for (let call = 0; call < 6; call += 1) {
    await pool.run(1);
    await pool.clock.advance(idleMs / 4);
    await pool.finishAll();
  }
  expect(pool.pool.size()).toBe(1);
});

test('an invocation that waits for a cold start takes an environment that becomes free first', async () => {
  const pool = open();
  await pool.run(1);
  void pool.invoke();
  await settle();
  expect(pool.in('starting')).toHaveLength(1);
  const [warm] = pool.in('running');
  await pool.finishAll();
  expect(pool.in('running')).toEqual([warm]);
  pool.in('starting')[0]?.becomeReady();
  await settle();
  expect(pool.in('idle')).toHaveLength(1);
  expect(pool.pool.busy()).toBe(1);
});

test('a start that no invocation waits for any more does not begin', async () => {
  const pool = open();
  await pool.run(10);
  for (let call = 0; call < 10; call += 1) void pool.invoke();
  await settle();
  await pool.finishAll();
  for (const each of pool.in('starting')) each.becomeReady();
  await settle();
  // Four had already begun.
  expect(pool.environments).toHaveLength(14);
});

test('at its limit, an account ends the environment that is idle longest, of any function', async () => {
  const account = new Account(4);
  const clock = createManualClock();
  const one = open({ account, clock });
  const other = open({ account, clock });
  await one.run(3);
  await one.finishAll();
  await other.run(1);
  await other.finishAll();
  const [oldest] = one.in('idle');
  void other.invoke();
  void other.invoke();
  await settle();
  expect(oldest?.state).toBe('ending');
  expect(one.in('idle')).toHaveLength(2);
});

test('functions share the limit of the account, except for what others reserve', async () => {
  const account = new Account(5);
  const [one, other, reserved] = [
    open({ account }),
    open({ account }),
    open({ account, limit: 2 }),
  ];
  await one.run(2);
  await other.run(1);
  await reserved.run(2);
  for (const each of [one, other, reserved]) await each.invoke();
  expect([one, other, reserved].map(({ outcomes }) => outcomes)).toEqual([
    ['throttled'],
    ['throttled'],
    ['throttled'],
  ]);
  await one.finishAll();
  await other.run(2);
  expect(other.in('running')).toHaveLength(3);
});

const limits = { timeout: 10_000 * rounds };

test(
  'an invocation is never given to an environment that ends, nor is one killed while it runs',
  limits,
  async () => {
    type Step = (pool: Pool, pick: number) => unknown;
    const at = (all: readonly MemoryEnvironment[], pick: number): MemoryEnvironment | undefined =>
      all[pick % Math.max(1, all.length)];
    const steps: readonly Step[] = [
      (pool) => void pool.invoke(),
      (pool) => void pool.invoke(),
      (pool, pick) => at(pool.in('starting'), pick)?.becomeReady(),
      (pool, pick) => at(pool.in('starting'), pick)?.becomeReady(),
      (pool, pick) => at(pool.in('running'), pick)?.finish(),
      (pool, pick) => at(pool.in('running'), pick)?.finish(),
      (pool, pick) => at([...pool.in('starting'), ...pool.in('running')], pick)?.exit(),
      (pool, pick) => at(pool.in('idle'), pick)?.exit(),
      (pool, pick) => at(pool.in('ending'), pick)?.exit(),
      (pool, pick) => pool.clock.advance(idleMs / (1 + (pick % 3))),
      (pool) => pool.pool.reload(),
    ];
    const step = fc.tuple(fc.constantFrom(...steps), fc.nat(99));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (all) => {
        const pool = open({ account: new Account(6) });
        for (const [take, pick] of all) {
          await take(pool, pick);
          // Node runs all promises between two events.
          await settle();
          expect(pool.pool.busy()).toBeLessThanOrEqual(6);
        }
        await drain(pool);
        expect(pool.pool.busy()).toBe(0);
        expect(pool.outcomes).toHaveLength(
          all.filter(([take]) => steps.slice(0, 2).includes(take)).length,
        );
        expect(pool.pool.size()).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 * rounds },
    );
  },
);

/** Lets everything finish, and the idle time pass. */
async function drain(pool: Pool): Promise<void> {
  await settle();
  while (pool.pool.busy() > 0 || pool.in('starting').length > 0) {
    for (const each of pool.in('starting')) each.becomeReady();
    for (const each of pool.in('ending')) each.exit();
    await pool.finishAll();
  }
  await pool.clock.advance(idleMs);
  for (const each of pool.in('ending')) each.exit();
  await settle();
}
