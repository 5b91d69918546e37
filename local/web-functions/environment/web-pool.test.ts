import { expect, test } from 'vitest';
import { createStartGate } from '#local/lambda/pool/start-gate.ts';
import { createManualClock } from '#local/process/clock.ts';
import {
  WebPool,
  type Admission,
  type PooledEnvironment,
} from '#local/web-functions/environment/web-pool.ts';

const idleMs = 30_000;

/** An environment that starts and ends when a test says so. */
class ManualEnvironment implements PooledEnvironment {
  readonly #started = Promise.withResolvers<boolean>();
  readonly #exited = Promise.withResolvers<void>();
  isStopped = false;

  start(): Promise<boolean> {
    return this.#started.promise;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.exit();
  }

  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  async finishStart(isReady = true): Promise<void> {
    this.#started.resolve(isReady);
    await settle();
  }

  async exit(): Promise<void> {
    this.#started.resolve(false);
    this.#exited.resolve();
    await settle();
  }
}

/** Lets everything that waits for a settled promise run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Fixture {
  readonly clock = createManualClock();
  readonly environments: ManualEnvironment[] = [];
  readonly admissions: Admission<ManualEnvironment>[] = [];
  readonly pool: WebPool<ManualEnvironment>;

  constructor({ maxConcurrency = 2, maxEnvironments = 2 } = {}) {
    this.pool = new WebPool({
      maxConcurrency,
      idleMs,
      clock: this.clock,
      gate: createStartGate({ slots: 10, maxHoldMs: 1_000 }),
      mayStart: () => this.pool.size() < maxEnvironments,
      create: () => {
        const environment = new ManualEnvironment();
        this.environments.push(environment);
        return environment;
      },
    });
  }

  /** Sends a number of requests. */
  async send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      void Promise.resolve(this.pool.admit()).then((each) => this.admissions.push(each));
    }
    await settle();
  }

  /** Returns what became of the requests, in the order in which it was decided. */
  outcomes(): readonly string[] {
    return this.admissions.map(
      (each) =>
        each.type +
        ('environment' in each ? ` ${this.environments.indexOf(each.environment)}` : ''),
    );
  }

  async release(index: number): Promise<void> {
    const admission = this.admissions[index];
    if (admission?.type === 'admitted') admission.release();
    await settle();
  }
}

test('requests fill an environment before another one starts', async () => {
  const fixture = new Fixture();
  await fixture.send(2);
  expect(fixture.environments).toHaveLength(1);
  await fixture.send(1);
  expect(fixture.environments).toHaveLength(2);
  for (const environment of fixture.environments) await environment.finishStart();
  expect(fixture.outcomes()).toEqual(['admitted 0', 'admitted 0', 'admitted 1']);
});

test('a request is throttled at once when all environments are full or will be', async () => {
  const fixture = new Fixture();
  await fixture.send(5);
  expect(fixture.outcomes()).toEqual(['throttled']);
  for (const environment of fixture.environments) await environment.finishStart();
  await fixture.send(1);
  expect(fixture.outcomes().filter((each) => each === 'throttled')).toHaveLength(2);
  await fixture.release(1);
  await fixture.send(1);
  expect(fixture.outcomes().at(-1)).toBe('admitted 0');
});

test('a request that waits for a start takes room that becomes free first', async () => {
  const fixture = new Fixture({ maxConcurrency: 1 });
  await fixture.send(1);
  await fixture.environments[0]?.finishStart();
  await fixture.send(1);
  await fixture.release(0);
  expect(fixture.outcomes()).toEqual(['admitted 0', 'admitted 0']);
});

test('requests fail with the environment that was started for them, and the next one tries again', async () => {
  const fixture = new Fixture();
  await fixture.send(2);
  await fixture.environments[0]?.finishStart(false);
  expect(fixture.outcomes()).toEqual(['failed 0', 'failed 0']);
  await fixture.send(1);
  await fixture.environments[1]?.finishStart();
  expect(fixture.outcomes().at(-1)).toBe('admitted 1');
});

test('an environment that ends is replaced, and others go on', async () => {
  const fixture = new Fixture({ maxConcurrency: 1 });
  await fixture.send(2);
  for (const environment of fixture.environments) await environment.finishStart();
  await fixture.environments[0]?.exit();
  expect(fixture.pool.size()).toBe(1);
  await fixture.release(0);
  await fixture.send(1);
  await fixture.environments[2]?.finishStart();
  expect(fixture.outcomes()).toEqual(['admitted 0', 'admitted 1', 'admitted 2']);
});

test('idle environments end except one', async () => {
  const fixture = new Fixture({ maxConcurrency: 1 });
  await fixture.send(2);
  for (const environment of fixture.environments) await environment.finishStart();
  await fixture.release(0);
  await fixture.release(1);
  await fixture.clock.advance(idleMs);
  await settle();
  expect(fixture.environments.map(({ isStopped }) => isStopped)).toEqual([true, false]);
  await fixture.clock.advance(10 * idleMs);
  expect(fixture.pool.size()).toBe(1);
});

test('an environment that is used again is not idle', async () => {
  const fixture = new Fixture({ maxConcurrency: 1 });
  await fixture.send(2);
  for (const environment of fixture.environments) await environment.finishStart();
  await fixture.release(0);
  await fixture.clock.advance(idleMs - 1);
  await fixture.send(1);
  await fixture.release(2);
  await fixture.clock.advance(1);
  expect(fixture.pool.size()).toBe(2);
  await fixture.clock.advance(idleMs);
  await settle();
  expect(fixture.pool.size()).toBe(1);
});

test('after a reload, requests finish where they are, and the next ones get a new environment', async () => {
  const fixture = new Fixture();
  await fixture.send(1);
  await fixture.environments[0]?.finishStart();
  fixture.pool.reload();
  await fixture.send(1);
  await fixture.environments[1]?.finishStart();
  expect(fixture.outcomes()).toEqual(['admitted 0', 'admitted 1']);
  expect(fixture.environments[0]?.isStopped).toBe(false);
  await fixture.release(0);
  expect(fixture.environments[0]?.isStopped).toBe(true);
  await fixture.release(1);
  fixture.pool.reload();
  expect(fixture.environments[1]?.isStopped).toBe(true);
});

test('closing ends environments that run or start, and waiting requests', async () => {
  const fixture = new Fixture({ maxConcurrency: 1 });
  await fixture.send(1);
  await fixture.environments[0]?.finishStart();
  await fixture.send(1);
  await fixture.pool.close();
  expect(fixture.environments.map(({ isStopped }) => isStopped)).toEqual([true, true]);
  expect(fixture.outcomes()).toEqual(['admitted 0', 'throttled']);
  await fixture.send(1);
  expect(fixture.outcomes().at(-1)).toBe('throttled');
});
