import type { Concurrency } from '#local/lambda/definition/function-definition.ts';
import type { AccountFunction } from '#local/lambda/pool/account.ts';
import type { ExecutionEnvironment, InitPhase } from '#local/lambda/environment/environment.ts';
import { IdleEnvironments, type IdleSettings } from '#local/lambda/pool/idle-environments.ts';
import type { StartGate } from '#local/lambda/pool/start-gate.ts';

/** What the functions of an account share. */
export interface SharedSettings extends IdleSettings {
  readonly gate: StartGate;
}

/** Called when an environment has finished an invocation, and when its process has exited. */
export interface EnvironmentEvents {
  onIdle(): void;
  onExit(): void;
}

export interface PoolSettings extends SharedSettings {
  readonly concurrency: Concurrency;
  create(phase: InitPhase, events: EnvironmentEvents): ExecutionEnvironment;
}

/** What an invocation gets: an environment that is ready for it, or whose init phase failed. */
export interface Acquired {
  readonly environment: ExecutionEnvironment;
  readonly isReady: boolean;
}

/** An invocation that waits for an environment. */
type Waiter = PromiseWithResolvers<Acquired | 'throttled'>;

/**
 * The execution environments of a function. Each invocation has one to itself. If none is idle, one
 * is started for it; but the invocation takes one that becomes free sooner.
 */
export class EnvironmentPool implements AccountFunction {
  readonly concurrency: Concurrency;
  readonly #settings: PoolSettings;
  readonly #idle: IdleEnvironments;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #running = new Set<ExecutionEnvironment>();
  readonly #waiting = new Set<Waiter>();
  readonly #starts = new Set<Promise<void>>();
  /** Environments with outdated code, which take no further invocation. */
  #outdated: ReadonlySet<ExecutionEnvironment> = new Set();
  #isClosed = false;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.concurrency = settings.concurrency;
    this.#idle = new IdleEnvironments(settings);
    settings.account.add(this);
  }

  /** Returns an environment for one invocation, or `throttled` at the limit of concurrency. */
  async acquire(): Promise<Acquired | 'throttled'> {
    if (this.#isClosed || !this.#settings.account.admits(this)) return 'throttled';
    const environment = this.#idle.take();
    if (environment !== undefined) {
      this.#running.add(environment);
      return { environment, isReady: true };
    }
    const waiter: Waiter = Promise.withResolvers();
    this.#waiting.add(waiter);
    const start = this.#startFor(waiter);
    this.#starts.add(start);
    void start.finally(() => this.#starts.delete(start));
    return waiter.promise;
  }

  busy(): number {
    return this.#waiting.size + this.#running.size;
  }

  size(): number {
    return this.#all.size;
  }

  pids(): readonly number[] {
    return [...this.#all].flatMap(({ pid }) => pid ?? []);
  }

  /** Ends environments as soon as they are idle; invocations from now on get new ones. */
  reload(): void {
    this.#outdated = new Set(this.#all);
    void this.#idle.endAll();
  }

  /** Kills all environments. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiting) this.#settle(waiter, 'throttled');
    await Promise.all([...this.#all].map((environment) => environment.kill()));
    await Promise.all(this.#starts);
  }

  /** Lambda tries a failed init phase once more, as part of the invocation. */
  async #startFor(waiter: Waiter): Promise<void> {
    const first = await this.#start('init', waiter);
    const last = first?.isReady === false ? await this.#start('invoke', waiter) : first;
    if (last === undefined) return;
    if (last.isReady) this.#offer(last.environment, waiter);
    else this.#settle(waiter, last);
  }

  /** Returns `undefined` if the invocation got another environment before this one could start. */
  async #start(phase: InitPhase, waiter: Waiter): Promise<Acquired | undefined> {
    const slot = await this.#settings.gate.enter(this);
    try {
      if (!this.#waiting.has(waiter)) return undefined;
      const environment = this.#create(phase);
      await this.#settings.account.makeRoom();
      return { environment, isReady: await environment.start() };
    } finally {
      slot.release();
    }
  }

  #create(phase: InitPhase): ExecutionEnvironment {
    const environment = this.#settings.create(phase, {
      onIdle: () => {
        this.#running.delete(environment);
        this.#offer(environment);
      },
      onExit: () => {
        this.#all.delete(environment);
        this.#running.delete(environment);
        this.#idle.remove(environment);
      },
    });
    this.#all.add(environment);
    return environment;
  }

  /** Gives a free environment to the invocation that it was started for, or that waits longest. */
  #offer(environment: ExecutionEnvironment, own?: Waiter): void {
    const isOutdated = this.#isClosed || this.#outdated.has(environment);
    const [longest] = isOutdated ? [] : this.#waiting;
    const waiter = own !== undefined && this.#waiting.has(own) ? own : longest;
    if (waiter !== undefined) {
      this.#running.add(environment);
      this.#settle(waiter, { environment, isReady: true });
    } else if (isOutdated) void environment.kill();
    else this.#idle.put(environment);
  }

  #settle(waiter: Waiter, acquired: Acquired | 'throttled'): void {
    this.#waiting.delete(waiter);
    waiter.resolve(acquired);
  }
}
