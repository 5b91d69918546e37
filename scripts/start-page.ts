import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { listen } from '#local/process/listen.ts';
import type { LocalState } from '#local/host/state/local-state.ts';
import { pageFolder } from '#scripts/build.ts';

/** The running page. */
export interface Page {
  readonly url: string;
  onExit(listener: () => void): void;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly port: number;
  /** Whether it shows changes of its source at once, instead of what was built. */
  readonly watch: boolean;
  /** Whether AWS bills the answers. If not, the page shows costs as what AWS would charge. */
  readonly isBilled: boolean;
  /** Environment variables in place of those for this system. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** The folder of the built page. */
  readonly folder?: string | undefined;
}

const loopback = '127.0.0.1';

/** Serves the page on a port of the loopback address; resolves when it answers. */
export async function startPage(state: LocalState, options: PageOptions): Promise<Page> {
  const { port, watch, folder = pageFolder } = options;
  const free = await freePort(port, '--web-port or PORT');
  const server = watch
    ? ['node_modules/next/dist/bin/next', 'dev', 'web', '-H', loopback, '-p', String(free)]
    : [`${folder}/web/server.js`];
  const child = spawn(process.execPath, ['--import', './scripts/end-with-parent.ts', ...server], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      HOSTNAME: loopback,
      PORT: String(free),
      ...pageVariables(state, free, options),
    },
  });
  const exited = once(child, 'exit');
  const ready = Promise.withResolvers<void>();
  if (child.stdout === null) throw new TypeError('A pipe was asked for');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('Ready')) ready.resolve();
  });
  exited.then(
    () => ready.reject(new Error('The page could not be started')),
    (error: unknown) => ready.reject(error),
  );
  await ready.promise;
  return {
    url: pageOrigin(free),
    onExit: (listener) => child.once('exit', listener),
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function pageVariables(
  state: LocalState,
  port: number,
  { watch, isBilled, variables }: PageOptions,
): NodeJS.ProcessEnv {
  const { ChatFunction, ConversationsFunction, ConversationStreamFunction } = state.functions;
  const { signIn, tables, endpoints } = state;
  return {
    NODE_ENV: watch ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    AWS_REGION: state.region,
    AWS_ACCESS_KEY_ID: state.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: state.credentials.secretAccessKey,
    CHAT_URL: ChatFunction?.url,
    CONVERSATIONS_URL: ConversationsFunction?.url,
    CONVERSATION_STREAM_URL: ConversationStreamFunction?.url,
    API_URL: Object.values(state.apis)[0]?.url,
    PAGE_HOSTS: [`localhost:${port},127.0.0.1:${port}`, process.env['PAGE_HOSTS'] ?? '']
      .filter((hosts) => hosts !== '')
      .join(','),
    FUNCTION_URL_AUTH: ChatFunction?.authType,
    BILLED_BY_AWS: String(isBilled),
    LOCAL_SYSTEM_URL: endpoints.aws,
    PAGE_ORIGIN: pageOrigin(port),
    CONVERSATIONS_TABLE: tables['Conversations'],
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.aws,
    FILES_ORIGIN: endpoints.aws,
    SIGN_IN_ISSUER: signIn?.issuer,
    SIGN_IN_CLIENT: signIn?.clientId,
    ALLOW_GUESTS: 'true',
    ...variables,
  };
}

/** Returns the origin of the page on a port, to which the sign-in pages return. */
export function pageOrigin(port: number): string {
  return `http://localhost:${port}`;
}

/** The port itself where it is free; any free one for 0. Throws an error that names a taken port. */
export async function freePort(port: number, option: string): Promise<number> {
  if (port !== 0) return probePort(port, option);
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The page listens later. The system gives ports of this range to nobody who asks for any.
      return await probePort(randomInt(20_000, 32_000), option);
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}

async function probePort(port: number, option: string): Promise<number> {
  const probe = net.createServer();
  const free = await listen(probe, { port, option });
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
