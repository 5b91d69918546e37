import type { StartGate } from '#local/lambda/pool/start-gate.ts';
import type { Clock } from '#local/process/clock.ts';

/** What a pool needs of an environment. */
export interface PooledEnvironment {
  /** Resolves with true when it can answer requests, and with false if it cannot start. */
  start(): Promise<boolean>;
  stop(): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly exited: Promise<void>;
}

/** What becomes of a request. */
export type Admission<Environment> =
  | {
      readonly type: 'admitted';
      readonly environment: Environment;
      /** Ends the request. */
      release(): void;
    }
  | { readonly type: 'throttled' }
  /** The environment that was started for it could not start. */
  | { readonly type: 'failed'; readonly environment: Environment };

export interface PoolSettings<Environment> {
  /** How many requests an environment answers at once. */
  readonly maxConcurrency: number;
  /** How long an environment stays idle beside another one. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly gate: StartGate;
  /** Returns whether one more environment may run. */
  mayStart(): boolean;
  create(): Environment;
}

interface Member<Environment> {
  readonly environment: Environment;
  readonly ending: AbortController;
  isReady: boolean;
  /** How many requests it is answering. */
  requests: number;
  /** How many requests it was given. */
  served: number;
}

/**
 * The environments of an endpoint that run one revision. Each answers many requests at once. The
 * oldest one with room is used, so that those which are needed no longer become idle and end.
 */
export class WebPool<Environment extends PooledEnvironment> {
  readonly #settings: PoolSettings<Environment>;
  readonly #members = new Set<Member<Environment>>();
  /** They finish the requests that they have, and get no others. */
  readonly #retired = new Set<Member<Environment>>();
  readonly #waiting: ((admission: Admission<Environment>) => void)[] = [];
  #isClosed = false;

  constructor(settings: PoolSettings<Environment>) {
    this.#settings = settings;
  }

  /** How many environments start or run. */
  size(): number {
    return this.#members.size;
  }

  /**
   * Finds an environment for a request. If all have as many requests as they may, a new one is
   * started. The request waits for it at most as long as it may take to start.
   */
  admit(): Promise<Admission<Environment>> | Admission<Environment> {
    const free = this.#free();
    if (free !== undefined) return this.#take(free);
    if (this.#waiting.length >= this.#startingRoom()) {
      if (this.#isClosed || !this.#settings.mayStart()) return { type: 'throttled' };
      void this.#start();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Lets the next requests run in new environments. Those in progress finish where they are. */
  reload(): void {
    for (const member of [...this.#members].filter(({ isReady }) => isReady)) {
      this.#members.delete(member);
      this.#retired.add(member);
      if (member.requests === 0) void this.#end(member);
    }
  }

  /** Ends all environments. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const resolve of this.#waiting.splice(0)) resolve({ type: 'throttled' });
    const all = [...this.#members, ...this.#retired];
    await Promise.all(all.map((member) => this.#end(member)));
  }

  #free(): Member<Environment> | undefined {
    const { maxConcurrency } = this.#settings;
    for (const member of this.#members) {
      if (member.isReady && member.requests < maxConcurrency) return member;
    }
    return undefined;
  }

  /** How many requests may wait for environments that are starting. */
  #startingRoom(): number {
    const starting = [...this.#members].filter(({ isReady }) => !isReady);
    return starting.length * this.#settings.maxConcurrency;
  }

  #take(member: Member<Environment>): Admission<Environment> {
    member.requests += 1;
    member.served += 1;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      member.requests -= 1;
      this.#serveWaiting();
      if (member.requests > 0) return;
      void (this.#retired.has(member) ? this.#end(member) : this.#watchIdle(member));
    };
    return { type: 'admitted', environment: member.environment, release };
  }

  #serveWaiting(): void {
    for (let free = this.#free(); free !== undefined; free = this.#free()) {
      const resolve = this.#waiting.shift();
      if (resolve === undefined) return;
      resolve(this.#take(free));
    }
  }

  async #start(): Promise<void> {
    const environment = this.#settings.create();
    const ending = new AbortController();
    const member = { environment, ending, isReady: false, requests: 0, served: 0 };
    this.#members.add(member);
    const slot = await this.#settings.gate.enter(this);
    const isReady = !member.ending.signal.aborted && (await environment.start());
    slot.release();
    if (!isReady) return this.#fail(member);
    member.isReady = true;
    void environment.exited.then(() => this.#remove(member));
    this.#serveWaiting();
    if (member.requests === 0) void this.#watchIdle(member);
  }

  /** The requests that waited for an environment fail with it. */
  #fail(member: Member<Environment>): void {
    this.#members.delete(member);
    const { environment } = member;
    const surplus = this.#waiting.length - this.#startingRoom();
    const failing = this.#waiting.splice(0, Math.max(0, surplus));
    for (const resolve of failing) resolve({ type: 'failed', environment });
  }

  #remove(member: Member<Environment>): void {
    member.ending.abort();
    this.#members.delete(member);
    this.#retired.delete(member);
  }

  /** Ends an environment that stays idle, unless it is the only one: a next request finds it warm. */
  async #watchIdle(member: Member<Environment>): Promise<void> {
    const { clock, idleMs } = this.#settings;
    const { signal } = member.ending;
    const { served } = member;
    do {
      await clock.sleep(idleMs, signal);
      if (signal.aborted || member.served !== served) return;
    } while (this.#members.size < 2);
    await this.#end(member);
  }

  async #end(member: Member<Environment>): Promise<void> {
    this.#remove(member);
    await member.environment.stop();
  }
}
