import { randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import { toErrorPayload, type FunctionErrorBody } from '#local/lambda/invoke/function-error.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { collectResult, type CallResult, type Functions } from '#local/lambda/functions.ts';
import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';

export const asyncSchema = `CREATE TABLE IF NOT EXISTS async_events (
  id TEXT PRIMARY KEY, function TEXT, payload TEXT, attempts INTEGER, sent_at INTEGER);`;

const eventShape = structure({
  id: string(),
  target: string(),
  payload: string(),
  attempts: integer(),
  sentAt: integer(),
});

/** An event that a function is to be given, of which nobody waits for the result. */
type AsyncEvent = Shaped<typeof eventShape>;

/** Hands a message to what an ARN names: a queue or a function. */
export type Deliver = (arn: string, message: Delivery) => void;

export interface Delivery {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface AsyncEvents {
  /** Takes an event: from now on it is kept until the function has had it. */
  send(functionArn: string, payload: string, requestId?: string): void;
  /** Goes on with the events that were kept when the system last ended. */
  start(): void;
  close(): void;
}

export interface AsyncSettings {
  readonly store: Store;
  readonly clock: Clock;
  readonly functions: Functions;
  readonly deliver: Deliver;
}

/**
 * Asynchronous invocation: errors are tried again after one minute and then two, throttles for as
 * long as the event may be old, and what becomes of it goes to the function's destinations
 * (Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation").
 */
export function createAsyncEvents(settings: AsyncSettings): AsyncEvents {
  const { store, clock } = settings;
  const ended = new AbortController();
  const save = store.change('INSERT INTO async_events VALUES (?, ?, ?, ?, ?)');
  const working: Working = {
    ...settings,
    signal: ended.signal,
    count: store.change('UPDATE async_events SET attempts = ? WHERE id = ?'),
    forget: store.change('DELETE FROM async_events WHERE id = ?'),
  };
  const kept = store.rows(
    'SELECT id, function AS target, payload, attempts, sent_at AS sentAt FROM async_events',
    eventShape,
  );
  return {
    send(target, payload, requestId = randomUUID()) {
      const sentAt = Math.floor(clock.now());
      const event = { id: requestId, target, payload, attempts: 0, sentAt };
      save(event.id, target, payload, 0, sentAt);
      void work(working, event);
    },
    start() {
      for (const event of kept()) void work(working, event);
    },
    close: () => ended.abort(),
  };
}

interface Working extends AsyncSettings {
  readonly signal: AbortSignal;
  count(attempts: number, id: string): unknown;
  forget(id: string): unknown;
}

async function work(working: Working, event: AsyncEvent): Promise<void> {
  const { clock, functions, signal, count } = working;
  const host = functions.find(event.target);
  if (host === undefined) return;
  const { retries, maxAgeMs } = host.definition.asynchronous;
  let { attempts } = event;
  let throttles = 0;
  while (!signal.aborted) {
    const isTooOld = clock.now() - event.sentAt > maxAgeMs;
    const result = isTooOld ? tooOld : await attempt(host, event);
    // When the system ends, the event is kept, and tried again at the next start.
    if (signal.aborted) return;
    if (result.type === 'throttled') {
      await clock.sleep(Math.min(1000 * 2 ** throttles, 300_000), signal);
      throttles += 1;
      continue;
    }
    attempts += 1;
    count(attempts, event.id);
    if (result.type === 'result' || isTooOld || attempts > retries) {
      conclude(working, { host, event, attempts, result });
      return;
    }
    await clock.sleep(attempts * 60_000, signal);
  }
}

/** Destinations first: the event is forgotten when somebody else has it. */
function conclude({ deliver, forget }: Working, ending: Ending): void {
  const { host, event, result } = ending;
  const { onSuccess, onFailure, deadLetters } = host.definition.asynchronous;
  const destination = result.type === 'result' ? onSuccess : onFailure;
  if (destination !== undefined) deliver(destination, { body: destinationRecord(ending) });
  if (result.type !== 'result' && deadLetters !== undefined) {
    deliver(deadLetters, deadLetter(event, result));
  }
  forget(event.id);
}

type Ended = Extract<CallResult, { type: 'result' | 'error' }>;

interface Ending {
  readonly host: FunctionHost;
  readonly event: AsyncEvent;
  readonly attempts: number;
  readonly result: Ended;
}

const tooOld: Ended = {
  type: 'error',
  error: { errorType: 'EventAgeExceeded', errorMessage: 'The event is older than it may be.' },
};

async function attempt(
  host: FunctionHost,
  { id, payload }: AsyncEvent,
): Promise<Ended | { readonly type: 'throttled' }> {
  const answer = await host.invoke({ requestId: id, payload: Buffer.from(payload) });
  return answer === 'throttled' ? { type: 'throttled' } : collectResult(answer);
}

/** What a destination is sent (Lambda developer guide, "Destination record"). */
function destinationRecord({ host, event, attempts, result }: Ending): string {
  const failed = result.type === 'error';
  const condition = failed ? conditionOf(result.error) : 'Success';
  const payload = failed ? toErrorPayload(result.error) : result.payload.toString('utf8');
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: event.id,
      functionArn: `${host.definition.arn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: parsed(event.payload),
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      ...(failed ? { functionError: 'Unhandled' } : {}),
    },
    responsePayload: parsed(payload),
  });
}

function conditionOf({ errorType }: FunctionErrorBody): string {
  return errorType === 'EventAgeExceeded' ? 'EventAgeExceeded' : 'RetriesExhausted';
}

function deadLetter({ id, payload }: AsyncEvent, result: Ended): Delivery {
  const message = result.type === 'error' ? result.error.errorMessage : '';
  const attributes = { RequestID: id, ErrorCode: '200', ErrorMessage: message.slice(0, 1024) };
  return { body: payload, attributes };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
