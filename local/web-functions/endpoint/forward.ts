import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '#local/web-functions/environment/platform-log.ts';
import type { WebEnvironment } from '#local/web-functions/environment/web-environment.ts';
import { forwardedHeaders } from '#local/web-functions/endpoint/forwarded-headers.ts';
import { sendRefusal, type Refusal } from '#local/web-functions/endpoint/refusal.ts';
import { relayResponse, type RelayEnd } from '#local/web-functions/endpoint/relay-response.ts';
import { PayloadMismatchError, upload } from '#local/web-functions/endpoint/upload.ts';

/** A request on its way to an environment. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly endpointName: string;
  /** The SHA-256 of the body that the caller has signed, if it was signed. */
  readonly signedHash: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Lets an environment answer a request. Nothing is held in memory: both bodies pass as they arrive,
 * at the pace of who reads them. Resolves when the exchange has ended; never rejects.
 */
export async function forward(exchange: Exchange, environment: WebEnvironment): Promise<Outcome> {
  const { request, response, requestId, signedHash } = exchange;
  const identity = { requestId, stream: environment.stream };
  using limits = limitExchange(exchange);
  const { signal, late } = limits;
  let isAnswered = false;
  const target = openRequest(exchange, environment);
  try {
    const replying = replyOf(target, signal).then((reply) => {
      isAnswered = true;
      return reply;
    });
    const sending = upload(request, target, { signedHash, signal, isAnswered: () => isAnswered });
    const [reply] = await Promise.all([replying, sending]);
    const end = await relayResponse(reply, response, { identity, late });
    if (end !== 'complete') target.destroy();
    return outcomes[end];
  } catch (error) {
    target.destroy();
    if (response.destroyed) return outcomes.left;
    if (!late.aborted) await untilGone(environment);
    sendRefusal(response, late.aborted ? lateRefusal : toRefusal(error), identity);
    return late.aborted ? outcomes.late : outcomes.cut;
  }
}

/**
 * A process that ends closes its connections first, and is gone a moment later. Until then, it would
 * get the next request of a caller who has seen this one fail.
 */
async function untilGone({ exited }: WebEnvironment): Promise<void> {
  await Promise.race([exited, sleep(100)]);
}

/** A caller who leaves is no failure of the environment. */
const outcomes = {
  complete: { status: 'success' },
  left: { status: 'success' },
  cut: { status: 'failure' },
  late: { status: 'timeout' },
} as const satisfies Record<RelayEnd, Outcome>;

const lateRefusal: Refusal = {
  status: 504,
  message: 'The request timed out',
  errorType: 'Runtime.RequestTimeout',
};

function toRefusal(error: unknown): Refusal {
  return error instanceof PayloadMismatchError
    ? { status: 403, message: error.message }
    : { status: 502, message: 'Bad Gateway' };
}

interface Limits extends Disposable {
  /** Aborted at the timeout, and when the caller leaves. */
  readonly signal: AbortSignal;
  /** Aborted at the timeout. */
  readonly late: AbortSignal;
}

function limitExchange({ response, timeoutMs }: Exchange): Limits {
  const late = new AbortController();
  const left = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  response.once('close', () => left.abort());
  if (response.destroyed) left.abort();
  return {
    signal: AbortSignal.any([late.signal, left.signal]),
    late: late.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

function openRequest(
  { request, requestId, endpointName, signedHash }: Exchange,
  { address, agent }: WebEnvironment,
): ClientRequest {
  const isSigned = signedHash !== undefined;
  return http.request({
    ...address,
    agent,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders({ request, requestId, endpointName, isSigned }),
  });
}

/** Resolves with the application's response. Rejects if it ends the connection, or at the signal. */
function replyOf(target: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const end = (): void => {
    target.destroy();
    reject(new Error('The request has ended'));
  };
  target.once('response', resolve);
  target.on('error', reject);
  target.once('close', end);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return promise;
}
