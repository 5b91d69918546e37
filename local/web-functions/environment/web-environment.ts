import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchMemory } from '#local/lambda/environment/memory-watch.ts';
import { killGroup, signalGroup, spawnInGroup } from '#local/lambda/environment/runtime-process.ts';
import type { RevisionDefinition } from '#local/web-functions/definition/web-function-definition.ts';
import {
  createPlatformLog,
  type PlatformLog,
} from '#local/web-functions/environment/platform-log.ts';
import { createServerAgent } from '#local/web-functions/environment/server-connection.ts';
import {
  findFreeAddress,
  waitUntilListening,
  type ServerAddress,
} from '#local/web-functions/environment/wait-until-listening.ts';
import { webVariables } from '#local/web-functions/environment/web-variables.ts';

export interface WebEnvironmentSettings {
  readonly revision: RevisionDefinition;
  readonly region: string;
  /** The program that runs before the code, as a URL. */
  readonly bootstrap: string;
  /** The environment variables with the Region, the credentials and the endpoints. */
  readonly platform: Readonly<Record<string, string>>;
  /** A server must listen within this time. */
  readonly initLimitMs: number;
  log(line: string, stream: string): void;
}

/** Every environment of a web function has as much. */
const memoryMb = 2048;

/** How long a process may take to end after SIGTERM. */
const shutdownMs = 1_000;

/** An execution environment of a web function: the process of an HTTP server. */
export class WebEnvironment {
  /** The name of its log stream. */
  readonly stream: string;
  readonly log: PlatformLog;
  /** Keeps connections to the server. */
  readonly agent = createServerAgent();
  readonly #settings: WebEnvironmentSettings;
  readonly #exited = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  #address: ServerAddress = { host: '127.0.0.1', port: 0 };
  #child: ChildProcess | undefined;

  constructor(settings: WebEnvironmentSettings) {
    const { revision, region } = settings;
    this.#settings = settings;
    this.stream = newLogStream(revision.id);
    this.log = createPlatformLog(revision.logging, region, (line) =>
      settings.log(line, this.stream),
    );
  }

  /** Where its server listens. */
  get address(): ServerAddress {
    return this.#address;
  }

  /** The id of its process, if it has one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the process has exited. */
  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  /** Starts the process. Resolves with true when its server listens, and with false if it cannot. */
  async start(): Promise<boolean> {
    const startedAt = performance.now();
    this.log.initStart();
    const isListening = await this.#run();
    const durationMs = performance.now() - startedAt;
    if (isListening) {
      this.log.initReport({ status: 'success' }, durationMs);
      return true;
    }
    const errorType = 'Application.InitCodeError';
    this.log.initReport({ status: 'failure', errorType }, durationMs);
    this.#ending.abort();
    if (this.#child !== undefined) killGroup(this.#child);
    return false;
  }

  /** Ends the process: SIGTERM, and a second later SIGKILL. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.agent.destroy();
    const child = this.#child;
    if (child === undefined) return;
    signalGroup(child, 'SIGTERM');
    const inTime = new AbortController();
    const late = sleep(shutdownMs, undefined, { signal: inTime.signal }).then(
      () => killGroup(child),
      () => undefined,
    );
    await this.exited;
    inTime.abort();
    await late;
  }

  async #run(): Promise<boolean> {
    try {
      this.#address = await findFreeAddress();
      if (this.#ending.signal.aborted) return false;
      this.#spawn();
    } catch (error) {
      this.#onSpawnError(error instanceof Error ? error.message : String(error));
    }
    const late = AbortSignal.timeout(this.#settings.initLimitMs);
    const signal = AbortSignal.any([this.#ending.signal, late]);
    if (await waitUntilListening(this.#address, signal)) return true;
    const { host, port } = this.#address;
    // What Lambda's own client of the server reports.
    if (late.aborted) this.log.error(`connect ECONNREFUSED ${host}:${port}`);
    return false;
  }

  #spawn(): void {
    const { revision, bootstrap, platform } = this.#settings;
    const { host, port } = this.#address;
    const entry = join(revision.root, revision.entryPoint);
    const child = spawnInGroup(
      {
        command: process.execPath,
        args: ['--import', bootstrap, entry],
        cwd: revision.root,
        env: {
          PATH: process.env['PATH'] ?? '',
          ...revision.environment,
          ...platform,
          ...webVariables(revision, `${host}:${port}`),
        },
      },
      (line) => this.log.printed(line),
    );
    this.#child = child;
    child.on('error', ({ message }) => this.#onSpawnError(message));
    child.once('exit', (code, signal) => {
      this.#onExit(signal === null ? `exit status ${code}` : `signal: ${signal}`);
    });
    if (child.pid === undefined) return;
    const memory = watchMemory(child.pid, memoryMb, () => killGroup(child));
    void this.exited.then(() => memory.end());
  }

  #onExit(reason: string): void {
    const isExpected = this.#ending.signal.aborted;
    this.#ending.abort();
    this.agent.destroy();
    // Child processes of the server must not outlive it.
    if (this.#child !== undefined) killGroup(this.#child);
    if (!isExpected) this.log.error(`The process of the environment ended: ${reason}`);
    this.#exited.resolve();
  }

  #onSpawnError(reason: string): void {
    this.#onExit(reason);
  }
}

/** The name of a log stream in Lambda's form: `2026/11/30/[revision]…`. */
function newLogStream(revisionId: string): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${revisionId}]${crypto.randomUUID().replaceAll('-', '')}`;
}
