import { lookup as resolveName, type LookupAddress } from 'node:dns';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '#callbacks/public-address.ts';
import { signedHeaders } from '#callbacks/sign-callback.ts';
import type {
  CallbackMessage,
  CallbackOutcome,
  CallbackSender,
} from '#domain/task/deliver-callback.ts';
import { toChatError } from '#domain/errors.ts';
import {
  isLoopbackUrl,
  parseCallbackUrl,
  type CallbackRules,
} from '#protocol/task/callback-url.ts';

/** Which URLs are allowed, how names are resolved, and how long a callback may take. */
export interface SenderSettings extends CallbackRules {
  /** Resolves all addresses of a host name; DNS by default. */
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

type Resolve = (
  name: string,
  done: (error: Error | null, addresses?: readonly LookupAddress[]) => void,
) => void;

const resolveAll: Resolve = (name, done) => resolveName(name, { all: true }, done);

/** The maximum of a response that is read. Only its status matters. */
const maxResponseBytes = 65_536;

/** The host name resolves to an address that is not public. */
class NotPublicError extends Error {}

/**
 * Returns a sender of callbacks over HTTPS. It checks that addresses are public at the time of the
 * connection, because a second lookup of a name may return another address. It does not follow
 * redirects and never throws.
 */
export function createHttpsSender(settings: SenderSettings): CallbackSender {
  const { allowsLoopback, resolve = resolveAll, timeoutMs = 5_000 } = settings;
  return {
    async send(text, message) {
      try {
        const url = new URL(parseCallbackUrl(text, { allowsLoopback }));
        const signal = AbortSignal.timeout(timeoutMs);
        const request = openRequest(url, message, signal, createPublicLookup(resolve));
        return toOutcome(await sendBody(request, message));
      } catch (error) {
        return toFailure(error);
      }
    },
  };
}

function openRequest(
  url: URL,
  message: CallbackMessage,
  signal: AbortSignal,
  lookup: LookupFunction,
): ClientRequest {
  const headers = {
    ...signedHeaders(message),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(message.body),
    'user-agent': 'Streambed-Callback/1',
  };
  // No agent: connections are not shared, and a proxy from the environment is not used.
  const options = { method: 'POST', headers, signal, agent: false } as const;
  if (isLoopbackUrl(url)) return http.request(url, options);
  const request = https.request(url, { ...options, lookup });
  request.once('socket', (socket) => {
    socket.once('connect', () => {
      if (!isPublicAddress(socket.remoteAddress ?? '')) socket.destroy(new NotPublicError());
    });
  });
  return request;
}

/** Returns a lookup that fails if any address of the name is not public. */
function createPublicLookup(resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    // With an error, Node passes no addresses.
    resolve(name, (error, addresses = []) => {
      const [first] = addresses;
      const areAllPublic = addresses.every(({ address }) => isPublicAddress(address));
      if (error !== null) callback(error, '');
      else if (first === undefined || !areAllPublic) callback(new NotPublicError(), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

/** Sends the body and returns the status of the response. */
function sendBody(request: ClientRequest, { body }: CallbackMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    let accepted: number | undefined;
    // A success status counts, even if the rest of the response fails.
    const fail = (error: unknown): void => {
      if (accepted === undefined) reject(error);
      else resolve(accepted);
    };
    request.once('error', fail);
    // After an upgrade, Node hands over the socket and emits no further events.
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once('close', () => fail(new Error('The connection was closed.')));
    request.once('response', (response) => {
      const { statusCode: status = 0 } = response;
      if (isSuccess(status)) accepted = status;
      drain(response).then(() => resolve(status), fail);
    });
    request.end(body);
  });
}

/** Reads the response to its end, up to the maximum. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += Buffer.byteLength(chunk);
    // Leaving the loop closes the connection.
    if (bytes > maxResponseBytes) return;
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function toOutcome(status: number): CallbackOutcome {
  if (isSuccess(status)) return { type: 'accepted' };
  if (status === 410) return { type: 'refused', problem: 'The server answered 410 (Gone).' };
  if (status >= 300 && status < 400) {
    return {
      type: 'failed',
      problem: `The server answered ${status}; redirects are not followed.`,
    };
  }
  return { type: 'failed', problem: `The server answered ${status}.` };
}

function toFailure(error: unknown): CallbackOutcome {
  if (error instanceof NotPublicError) {
    return { type: 'refused', problem: 'The host name resolves to an address that is not public.' };
  }
  const { code, message } = toChatError(error);
  if (code === 'invalid_request') return { type: 'refused', problem: message };
  return { type: 'failed', problem: reasonOf(error) };
}

/** Returns a reason that the operator of the server can act on. It never contains an address. */
function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError' || name === 'AbortError') return 'The server did not answer in time.';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The host name could not be resolved.';
    case 'ECONNREFUSED':
      return 'The server refused the connection.';
    default:
      return /CERT|TLS|SSL|SIGN/u.test(code)
        ? 'The certificate of the server was not accepted.'
        : 'The connection was lost.';
  }
}
