import type { ChildProcess } from 'node:child_process';
import { isLogged } from '#local/lambda/environment/log-level.ts';
import {
  createEnvironmentLog,
  type EnvironmentLog,
  type Status,
} from '#local/lambda/environment/environment-log.ts';
import {
  entrypointError,
  exitError,
  FunctionError,
  timeoutError,
  type FunctionErrorBody,
} from '#local/lambda/invoke/function-error.ts';
import { createLogTail, type LogTail } from '#local/lambda/environment/log-tail.ts';
import { watchMemory, type MemoryWatch } from '#local/lambda/environment/memory-watch.ts';
import {
  startRuntimeApi,
  type InvocationResult,
  type RuntimeApi,
} from '#local/lambda/environment/runtime-api.ts';
import {
  killGroup,
  spawnRuntime,
  type RuntimeProcessSettings,
} from '#local/lambda/environment/runtime-process.ts';

/** `init` for the first attempt, `invoke` for the second one, which is part of the invocation. */
export type InitPhase = 'init' | 'invoke';

export interface EnvironmentSettings extends RuntimeProcessSettings {
  readonly phase: InitPhase;
  /** The timeout of the init phase. */
  readonly initLimitMs: number;
  log(line: string): void;
  /** Called when the environment has finished an invocation and can take another one. */
  onIdle(): void;
  /** Called when the environment's process has exited. */
  onExit(): void;
}

export interface Invocation {
  readonly requestId: string;
  readonly payload: Buffer;
  /** The client context that the caller sent, as JSON. */
  readonly clientContext?: string | undefined;
  /** Called at the end of the invocation. */
  readonly onFinished?: (ended: EndedInvocation) => void;
}

/** An invocation that has ended. */
export interface EndedInvocation {
  /** Absent if the init phase failed. */
  readonly durationMs?: number;
  /** Whether it ended with an error of any kind. */
  readonly isError: boolean;
  /** The last lines that it logged. */
  readonly lines: readonly string[];
}

/** What a pool of environments needs of them. */
export type ExecutionEnvironment = Pick<
  Environment,
  'pid' | 'isEnding' | 'start' | 'initError' | 'invoke' | 'kill'
>;

interface RunningInvocation {
  readonly invocation: Invocation;
  readonly result: PromiseWithResolvers<InvocationResult>;
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
  isError: boolean;
}

/** Why an environment was terminated. */
type Termination =
  | { readonly type: 'init-error'; readonly body: FunctionErrorBody }
  | { readonly type: 'init-timeout' | 'timeout' }
  | { readonly type: 'exit'; readonly reason: string }
  | { readonly type: 'entrypoint'; readonly reason: string };

/** An execution environment: a process that runs one invocation at a time. */
export class Environment {
  readonly #settings: EnvironmentSettings;
  readonly #log: EnvironmentLog;
  readonly #initialised = Promise.withResolvers<boolean>();
  readonly #exited = Promise.withResolvers<void>();
  #startedAt = performance.now();
  #initTimer: NodeJS.Timeout | undefined;
  #tail: LogTail = createLogTail();
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #memory: MemoryWatch | undefined;
  #initMs: number | undefined;
  #isReady = false;
  #running: RunningInvocation | undefined;
  #termination: Termination | undefined;

  constructor(settings: EnvironmentSettings) {
    this.#settings = settings;
    this.#log = createEnvironmentLog(settings.definition.logging, (line) => this.#write(line));
  }

  /** Starts the process. Resolves at the end of its init phase: true if it is ready. */
  async start(): Promise<boolean> {
    try {
      this.#api = await startRuntimeApi({
        onReady: () => this.#onReady(),
        onResult: (result) => this.#onResult(result),
        onStreamError: () => this.#markError(),
        onInitError: (body) => {
          this.#termination ??= { type: 'init-error', body };
        },
      });
      // It may have been killed before it had a process.
      if (this.#termination === undefined) this.#spawn();
      else this.#onExit();
    } catch (error) {
      this.#onSpawnError(error instanceof Error ? error.message : String(error));
    }
    return this.#initialised.promise;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the process is being killed, or has exited. */
  get isEnding(): boolean {
    return this.#termination !== undefined;
  }

  /** Returns the error of an invocation for which the init phase failed. */
  initError(requestId: string): FunctionErrorBody {
    return this.#errorFor(requestId);
  }

  /**
   * Runs an invocation; the environment must be ready and idle. Resolves with a buffered response,
   * an open streamed response or an error; never rejects.
   */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    const { requestId, payload, clientContext } = invocation;
    const { timeoutMs, arn: functionArn } = this.#settings.definition;
    const result = Promise.withResolvers<InvocationResult>();
    const startedAt = performance.now();
    const deadlineMs = Date.now() + timeoutMs;
    // Sent first: the rest is done while the process reads it.
    this.#api?.send({ requestId, payload, deadlineMs, functionArn, clientContext });
    const timer = setTimeout(() => this.#timeOut(requestId), timeoutMs);
    this.#tail = createLogTail();
    this.#running = { invocation, result, timer, startedAt, isError: false };
    this.#log.start(requestId);
    return result.promise;
  }

  /** Kills the process and its child processes. */
  async kill(): Promise<void> {
    this.#end({ type: 'exit', reason: 'signal: killed' });
    await this.#exited.promise;
  }

  #spawn(): void {
    const { definition, initLimitMs } = this.#settings;
    this.#startedAt = performance.now();
    const address = this.#api?.address ?? '';
    const { logging } = this.#settings.definition;
    const child = spawnRuntime(this.#settings, address, (line) => {
      if (isLogged(line, logging)) this.#write(line);
    });
    this.#child = child;
    child.once('exit', (code, signal) => void this.#onProcessExit(code, signal));
    child.on('error', ({ message }) => this.#onSpawnError(message));
    if (child.pid === undefined) return;
    this.#initTimer = setTimeout(() => this.#end({ type: 'init-timeout' }), initLimitMs);
    this.#memory = watchMemory(child.pid, definition.memoryMb, () =>
      this.#end({ type: 'exit', reason: 'signal: killed' }),
    );
  }

  #write(line: string): void {
    this.#tail.add(line);
    this.#settings.log(line);
  }

  #onReady(): void {
    if (this.#termination !== undefined) return;
    clearTimeout(this.#initTimer);
    if (this.#isReady) {
      // A second poll while idle must not report the environment as idle twice.
      if (this.#running === undefined) return;
      this.#report({ type: 'success' });
      this.#settings.onIdle();
      return;
    }
    this.#isReady = true;
    this.#initMs = performance.now() - this.#startedAt;
    this.#initialised.resolve(true);
  }

  #onResult(result: InvocationResult): void {
    if (result.type === 'error') this.#markError();
    this.#running?.result.resolve(result);
  }

  #markError(): void {
    if (this.#running !== undefined) this.#running.isError = true;
  }

  #timeOut(requestId: string): void {
    this.#log.timedOut(requestId, this.#settings.definition.timeoutMs);
    this.#termination ??= { type: 'timeout' };
    this.#api?.fail(new FunctionError(this.#errorFor(requestId)));
    this.#end({ type: 'timeout' });
  }

  #end(termination: Termination): void {
    this.#termination ??= termination;
    if (this.#child !== undefined) killGroup(this.#child);
  }

  /** The process could not be started, for example because its folder or program is missing. */
  #onSpawnError(reason: string): void {
    this.#termination ??= { type: 'entrypoint', reason };
    this.#onExit();
  }

  async #onProcessExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const reason = signal === null ? `exit status ${code}` : `signal: ${signalText(signal)}`;
    this.#termination ??= { type: 'exit', reason };
    await this.#api?.drained();
    this.#onExit();
  }

  #onExit(): void {
    // Child processes of the function must not outlive it.
    if (this.#child !== undefined) killGroup(this.#child);
    clearTimeout(this.#initTimer);
    this.#memory?.end();
    const { requestId } = this.#running?.invocation ?? {};
    const error = new FunctionError(this.#errorFor(requestId ?? 'none'));
    if (!this.#isReady) this.#reportInit();
    this.#initialised.resolve(false);
    this.#running?.result.resolve({ type: 'error', error: error.body });
    this.#api?.close();
    this.#report(this.#status());
    this.#exited.resolve();
    this.#settings.onExit();
  }

  #errorFor(requestId: string): FunctionErrorBody {
    const { definition, initLimitMs } = this.#settings;
    const termination = this.#termination ?? { type: 'exit', reason: 'exit status 0' };
    switch (termination.type) {
      case 'init-error':
        return termination.body;
      case 'init-timeout':
        return timeoutError(requestId, initLimitMs);
      case 'timeout':
        return timeoutError(requestId, definition.timeoutMs);
      case 'exit':
        return exitError(requestId, termination.reason);
      case 'entrypoint':
        return entrypointError(requestId, termination.reason);
    }
  }

  #status(): Status {
    if (this.#termination?.type.endsWith('timeout') === true) return { type: 'timeout' };
    return { type: 'error', errorType: this.#errorFor('none').errorType };
  }

  #reportInit(): void {
    const initMs = performance.now() - this.#startedAt;
    this.#log.initReport({ initMs, phase: this.#settings.phase, status: this.#status() });
  }

  #report(status: Status): void {
    if (this.#running === undefined) return;
    const { invocation, timer, startedAt } = this.#running;
    const isError = this.#running.isError || status.type !== 'success';
    const { requestId, onFinished } = invocation;
    clearTimeout(timer);
    const { memoryMb } = this.#settings.definition;
    const peakMb = this.#memory?.peakMb() ?? 0;
    const durationMs = performance.now() - startedAt;
    this.#log.report({ requestId, durationMs, initMs: this.#initMs, memoryMb, peakMb, status });
    this.#initMs = undefined;
    this.#running = undefined;
    onFinished?.({ durationMs, isError, lines: this.#tail.lines() });
  }
}

function signalText(signal: NodeJS.Signals): string {
  return signal === 'SIGKILL' ? 'killed' : signal.toLowerCase();
}
