import { totalmem } from 'node:os';
import type { Concurrency } from '#local/lambda/definition/function-definition.ts';

/** AWS's quota of concurrent executions, for new and for established accounts. */
const quota = { min: 10, max: 1_000 };

/** The memory of an environment: Node takes 50 MB, of which environments share some. */
const environmentBytes = 64 * 1024 * 1024;

/** Returns how many environments this machine's memory allows, within AWS's own quotas. */
export function defaultConcurrency(): number {
  const fitting = Math.floor(availableBytes() / environmentBytes);
  return Math.min(Math.max(fitting, quota.min), quota.max);
}

/**
 * The memory that environments may take, within the limit of a container. Where the system counts
 * memory as used that it would free on demand, that is half of the machine's.
 */
function availableBytes(): number {
  return process.platform === 'linux' ? process.availableMemory() : totalmem() / 2;
}

/**
 * Creates the account of functions. By default, the limit leaves AWS's smallest quota to functions
 * without reserved concurrency. Throws if a chosen limit is below what functions reserve.
 */
export function createAccount(
  functions: readonly { readonly concurrency: Concurrency }[],
  chosen: number | undefined,
): Account {
  const reserved = sum(functions.map((each) => reservedBy(each)));
  if (chosen === undefined) {
    return new Account(Math.max(defaultConcurrency(), reserved + quota.min));
  }
  if (chosen > reserved && chosen <= quota.max) return new Account(chosen);
  const problem = `must be from ${reserved + 1} to ${quota.max}, not ${chosen}`;
  const reason = reserved === 0 ? '' : `: functions reserve ${reserved}`;
  throw new Error(`--concurrency: ${problem}${reason}`);
}

function reservedBy({ concurrency }: { readonly concurrency: Concurrency }): number {
  return concurrency.type === 'reserved' ? concurrency.limit : 0;
}

/** A function, as its account sees it. */
export interface AccountFunction {
  readonly concurrency: Concurrency;
  /** How many invocations wait for an environment, or run in one. */
  busy(): number;
  /** How many environments have a process, idle ones included. */
  size(): number;
}

/** The concurrent executions of all functions, and with them all execution environments. */
export class Account {
  /** The limit of concurrent executions. */
  readonly limit: number;
  /** Ends each idle environment of the account. The one that is idle longest is the first. */
  readonly idle = new Map<object, () => Promise<void>>();
  readonly #functions: AccountFunction[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  add(own: AccountFunction): void {
    this.#functions.push(own);
  }

  /** How many invocations of all functions wait for an environment, or run in one. */
  busy(): number {
    return sum(this.#functions.map((each) => each.busy()));
  }

  /** How many invocations the functions without reserved concurrency share. */
  unreserved(): number {
    return this.limit - sum(this.#functions.map(reservedBy));
  }

  /** Whether a function may run another invocation. */
  admits(own: AccountFunction): boolean {
    const { concurrency } = own;
    if (concurrency.type === 'reserved') return own.busy() < concurrency.limit;
    const sharing = this.#functions.filter((each) => each.concurrency.type === 'account');
    return sum(sharing.map((each) => each.busy())) < this.unreserved();
  }

  /**
   * Ends the environment that is idle longest, if there are more than the limit. Idle environments
   * of one function would otherwise take the memory from those of another.
   */
  async makeRoom(): Promise<void> {
    const count = sum(this.#functions.map((each) => each.size()));
    const [endOldest] = this.idle.values();
    if (count > this.limit) await endOldest?.();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
