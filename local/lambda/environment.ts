import type { ChildProcess } from 'node:child_process';
import type { FunctionDefinition } from '#local/lambda/function-definition.ts';
import { FunctionError, exitError, timeoutError } from '#local/lambda/function-error.ts';
import { peakMemoryMb } from '#local/lambda/peak-memory.ts';
import { reportLine } from '#local/lambda/report-line.ts';
import { startRuntimeApi, type RuntimeAnswer, type RuntimeApi } from '#local/lambda/runtime-api.ts';
import { killGroup, spawnRuntime } from '#local/lambda/runtime-process.ts';

/** On-demand functions may take this long to start. */
const initLimitMs = 10_000;

export interface EnvironmentSettings {
  readonly definition: FunctionDefinition;
  /** The file that runs in the environment's process. */
  readonly bootstrap: string;
  /** All that the process sees of the world. */
  readonly variables: Readonly<Record<string, string>>;
  log(line: string): void;
  /** It has ended an invocation and can take another. */
  onIdle(environment: Environment): void;
  /** Its process is gone. */
  onExit(environment: Environment): void;
}

interface Running {
  readonly requestId: string;
  readonly answer: PromiseWithResolvers<RuntimeAnswer>;
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
}

/** One execution environment: a process that runs one invocation at a time. */
export class Environment {
  readonly #settings: EnvironmentSettings;
  readonly #startedAt = performance.now();
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  readonly #initTimer: NodeJS.Timeout;
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #initMs: number | undefined;
  #running: Running | undefined;
  /** Why it was ended, where somebody ended it. */
  #death: FunctionError | undefined;
  #peakMb = 0;

  private constructor(settings: EnvironmentSettings) {
    this.#settings = settings;
    this.#ready.promise.catch(() => undefined);
    this.#initTimer = setTimeout(() => this.#end(timeoutError('init', initLimitMs)), initLimitMs);
  }

  /** Starts the process; it may still be loading its handler when this resolves. */
  static async start(settings: EnvironmentSettings): Promise<Environment> {
    const environment = new Environment(settings);
    const api = await startRuntimeApi({
      ready: () => environment.#onReady(),
      answer: (answer) => environment.#running?.answer.resolve(answer),
      initFailed: (body) => {
        environment.#death = new FunctionError(body);
      },
    });
    const child = spawnRuntime(settings, api.address);
    child.once('exit', (code, signal) => environment.#onExit(code, signal));
    child.once('error', (error) => environment.#onSpawnError(error));
    environment.#api = api;
    environment.#child = child;
    return environment;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Runs an invocation. Resolves with the answer's beginning; failures are answers, too. */
  async invoke(requestId: string, payload: Buffer): Promise<RuntimeAnswer> {
    try {
      await this.#ready.promise;
    } catch (error) {
      if (error instanceof FunctionError) return { type: 'error', error: error.body };
      throw error;
    }
    const { timeoutMs, arn: functionArn } = this.#settings.definition;
    const answer = Promise.withResolvers<RuntimeAnswer>();
    const timer = setTimeout(() => this.#timeOut(requestId), timeoutMs);
    this.#running = { requestId, answer, timer, startedAt: performance.now() };
    this.#settings.log(`START RequestId: ${requestId} Version: $LATEST`);
    this.#api?.send({ requestId, payload, deadlineMs: Date.now() + timeoutMs, functionArn });
    return answer.promise;
  }

  /** Ends the process and all that it started. */
  async kill(): Promise<void> {
    this.#end(exitError(this.#running?.requestId ?? 'none', 'signal: killed'));
    await this.#exited.promise;
  }

  #onReady(): void {
    if (this.#death !== undefined) return;
    if (this.#running !== undefined) this.#report();
    else this.#initMs = performance.now() - this.#startedAt;
    clearTimeout(this.#initTimer);
    const isFirst = this.#initMs !== undefined;
    this.#ready.resolve();
    if (!isFirst) this.#settings.onIdle(this);
  }

  #timeOut(requestId: string): void {
    const { timeoutMs } = this.#settings.definition;
    const seconds = (timeoutMs / 1000).toFixed(2);
    const time = new Date().toISOString();
    this.#settings.log(`${time} ${requestId} Task timed out after ${seconds} seconds`);
    this.#end(timeoutError(requestId, timeoutMs));
  }

  #end(error: FunctionError): void {
    this.#death ??= error;
    if (this.#child?.pid === undefined) return;
    this.#peakMb = peakMemoryMb(this.#child.pid);
    killGroup(this.#child);
  }

  /** There is no process at all, because its folder or program is gone. */
  #onSpawnError({ message }: Error): void {
    this.#death ??= new FunctionError({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: `RequestId: ${this.#running?.requestId ?? 'none'} Error: ${message}`,
    });
    this.#onExit(null, null);
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    const reason = signal === null ? `exit status ${code}` : `signal: ${wordFor(signal)}`;
    // What the function started must not outlive it.
    if (this.#child !== undefined) killGroup(this.#child);
    const error = this.#death ?? exitError(this.#running?.requestId ?? 'none', reason);
    clearTimeout(this.#initTimer);
    this.#ready.reject(error);
    this.#running?.answer.resolve({ type: 'error', error: error.body });
    this.#api?.close(error);
    if (this.#running !== undefined) this.#report();
    this.#exited.resolve();
    this.#settings.onExit(this);
  }

  #report(): void {
    const { definition, log } = this.#settings;
    const { requestId, timer, startedAt } = this.#running ?? {};
    clearTimeout(timer);
    if (requestId === undefined || startedAt === undefined) return;
    const peakMb = this.pid === undefined ? this.#peakMb : peakMemoryMb(this.pid) || this.#peakMb;
    const durationMs = performance.now() - startedAt;
    const { memoryMb } = definition;
    log(`END RequestId: ${requestId}`);
    log(reportLine({ requestId, durationMs, initMs: this.#initMs, memoryMb, peakMb }));
    this.#initMs = undefined;
    this.#running = undefined;
  }
}

function wordFor(signal: NodeJS.Signals): string {
  return signal === 'SIGKILL' ? 'killed' : signal.toLowerCase();
}
