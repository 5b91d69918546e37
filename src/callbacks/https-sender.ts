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

export interface SenderSettings extends CallbackRules {
  /** Finds all addresses of a name. */
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

type Resolve = (
  name: string,
  done: (error: Error | null, addresses?: readonly LookupAddress[]) => void,
) => void;

const resolveAll: Resolve = (name, done) => resolveName(name, { all: true }, done);

/** What is read of an answer, of which only the status matters. */
const maxAnswerBytes = 65_536;

/** An address that a name stands for is not one to send to. */
class NotPublicError extends Error {}

/**
 * Sends callbacks over HTTPS. Addresses are held to be public where it connects: a name that is
 * looked up twice may stand for another one the second time. Redirects are not followed.
 */
export function createHttpsSender(settings: SenderSettings): CallbackSender {
  const { allowsLoopback, resolve = resolveAll, timeoutMs = 5_000 } = settings;
  return {
    async send(text, message) {
      try {
        const url = new URL(parseCallbackUrl(text, { allowsLoopback }));
        const signal = AbortSignal.timeout(timeoutMs);
        const request = open(url, { message, signal, lookup: publicLookup(resolve) });
        return outcomeOf(await answerTo(request, message));
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

interface Opening {
  readonly message: CallbackMessage;
  readonly signal: AbortSignal;
  readonly lookup: LookupFunction;
}

function open(url: URL, { message, signal, lookup }: Opening): ClientRequest {
  const headers = {
    ...signedHeaders(message),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(message.body),
    'user-agent': 'Streambed-Callback/1',
  };
  // No agent: none of its connections, and no proxy that the environment may name.
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

/** Looks up a name, and fails where any of its addresses is not public. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    // With an error, Node gives no addresses at all.
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

function answerTo(request: ClientRequest, { body }: CallbackMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    let accepted: number | undefined;
    // Who has said yes has taken it, whatever becomes of the rest of the answer.
    const fail = (error: unknown): void => {
      if (accepted === undefined) reject(error);
      else resolve(accepted);
    };
    request.once('error', fail);
    // Node gives the connection away, and tells of nothing else.
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once('close', () => fail(new Error('The connection was closed.')));
    request.once('response', (response) => {
      const { statusCode: status = 0 } = response;
      if (isYes(status)) accepted = status;
      readSome(response).then(() => resolve(status), fail);
    });
    request.end(body);
  });
}

/** Lets the server finish what it says, as long as it is not much. */
async function readSome(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += Buffer.byteLength(chunk);
    // Leaving the loop ends the connection.
    if (bytes > maxAnswerBytes) return;
  }
}

function isYes(status: number): boolean {
  return status >= 200 && status < 300;
}

function outcomeOf(status: number): CallbackOutcome {
  if (isYes(status)) return { type: 'accepted' };
  if (status === 410)
    return { type: 'refused', problem: 'It answered 410: nobody is there any more.' };
  if (status >= 300 && status < 400) {
    return { type: 'failed', problem: `It answered ${status}; redirects are not followed.` };
  }
  return { type: 'failed', problem: `It answered ${status}.` };
}

function failureOf(error: unknown): CallbackOutcome {
  if (error instanceof NotPublicError) {
    return { type: 'refused', problem: 'Its name stands for an address that is not public.' };
  }
  const { code, message } = toChatError(error);
  if (code === 'invalid_request') return { type: 'refused', problem: message };
  return { type: 'failed', problem: reasonOf(error) };
}

/** What the operator of the server can do something about; never an address. */
function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError' || name === 'AbortError') return 'It did not answer in time.';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Its name could not be looked up.';
    case 'ECONNREFUSED':
      return 'It refused the connection.';
    default:
      return /CERT|TLS|SSL|SIGN/u.test(code)
        ? 'Its certificate was not accepted.'
        : 'The connection broke off.';
  }
}
