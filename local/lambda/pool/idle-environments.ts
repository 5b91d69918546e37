import type { ExecutionEnvironment } from '#local/lambda/environment/environment.ts';
import type { Account } from '#local/lambda/pool/account.ts';
import type { Clock } from '#local/process/clock.ts';

export interface IdleSettings {
  /** How long an environment stays idle beside a warmer one before it ends. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly account: Account;
}

interface IdleEnvironment {
  readonly environment: ExecutionEnvironment;
  readonly taken: AbortController;
  isTimed: boolean;
  isExpired: boolean;
}

/**
 * The idle environments of a function. The one used last is the warmest: it is taken first, and
 * kept for the next invocation. All others end after a time. Lambda stops a process at once, unless
 * extensions are registered, which are not hosted here.
 */
export class IdleEnvironments {
  readonly #settings: IdleSettings;
  /** The warmest environment is the last one. */
  #stack: IdleEnvironment[] = [];

  constructor(settings: IdleSettings) {
    this.#settings = settings;
  }

  put(environment: ExecutionEnvironment): void {
    const { account } = this.#settings;
    const taken = new AbortController();
    this.#stack.push({ environment, taken, isTimed: false, isExpired: false });
    account.idle.set(environment, () => this.#end([environment]));
    if (this.#stack.length > 1) this.#stack.forEach((each) => this.#time(each));
    this.#endExpired();
  }

  /** Removes and returns the warmest environment. Skips one that is being killed. */
  take(): ExecutionEnvironment | undefined {
    const warmest = this.#stack.findLast(({ environment }) => !environment.isEnding)?.environment;
    if (warmest !== undefined) this.remove(warmest);
    return warmest;
  }

  /** Removes an environment that has exited. */
  remove(environment: ExecutionEnvironment): void {
    this.#settings.account.idle.delete(environment);
    this.#stack = this.#stack.filter((each) => {
      if (each.environment === environment) each.taken.abort();
      return each.environment !== environment;
    });
  }

  /** Ends all of them. */
  async endAll(): Promise<void> {
    await this.#end(this.#stack.map(({ environment }) => environment));
  }

  #time(idle: IdleEnvironment): void {
    if (idle.isTimed) return;
    idle.isTimed = true;
    const { clock, idleMs } = this.#settings;
    const { signal } = idle.taken;
    const expire = (): void => {
      idle.isExpired = !signal.aborted;
      this.#endExpired();
    };
    void clock.sleep(idleMs, signal).then(expire);
  }

  /** Ends what has expired, except the warmest environment. */
  #endExpired(): void {
    const expired = this.#stack.slice(0, -1).filter(({ isExpired }) => isExpired);
    void this.#end(expired.map(({ environment }) => environment));
  }

  /** Removes environments before they end, so that none of them is given an invocation. */
  async #end(environments: readonly ExecutionEnvironment[]): Promise<void> {
    for (const environment of environments) this.remove(environment);
    await Promise.all(environments.map((environment) => environment.kill()));
  }
}
