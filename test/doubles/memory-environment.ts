import type { ExecutionEnvironment, Invocation } from '#local/lambda/environment/environment.ts';
import type { EnvironmentEvents } from '#local/lambda/pool/environment-pool.ts';
import type { FunctionErrorBody } from '#local/lambda/invoke/function-error.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

type State = 'new' | 'starting' | 'idle' | 'running' | 'ending' | 'exited';

/**
 * An execution environment without a process, which a test moves from state to state. Throws when it
 * is used in a way that a process could not be.
 */
export class MemoryEnvironment implements ExecutionEnvironment {
  readonly pid = undefined;
  state: State = 'new';
  readonly #events: EnvironmentEvents;
  readonly #started = Promise.withResolvers<boolean>();
  readonly #exited = Promise.withResolvers<void>();
  #result: PromiseWithResolvers<InvocationResult> = Promise.withResolvers();

  constructor(events: EnvironmentEvents) {
    this.#events = events;
  }

  get isEnding(): boolean {
    return this.state === 'ending' || this.state === 'exited';
  }

  async start(): Promise<boolean> {
    if (this.state === 'new') this.state = 'starting';
    else this.exit();
    return this.#started.promise;
  }

  initError(): FunctionErrorBody {
    return { errorType: 'Runtime.ExitError', errorMessage: 'The init phase failed' };
  }

  invoke({ requestId }: Invocation): Promise<InvocationResult> {
    if (this.state !== 'idle')
      throw new Error(`${requestId} was given to one that is ${this.state}`);
    this.state = 'running';
    this.#result = Promise.withResolvers();
    return this.#result.promise;
  }

  async kill(): Promise<void> {
    if (this.state === 'running') throw new Error('It was killed in an invocation');
    if (this.state !== 'exited') this.state = 'ending';
    await this.#exited.promise;
  }

  /** Ends the init phase. */
  becomeReady(): void {
    this.state = 'idle';
    this.#started.resolve(true);
  }

  /** Ends the invocation. */
  finish(): void {
    this.state = 'idle';
    this.#result.resolve({ type: 'buffered', payload: Buffer.from('{}') });
    this.#events.onIdle();
  }

  /** The process exits, whatever it does. */
  exit(): void {
    this.state = 'exited';
    this.#started.resolve(false);
    this.#result.resolve({ type: 'error', error: this.initError() });
    this.#exited.resolve();
    this.#events.onExit();
  }
}
