import { randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import { toErrorPayload, type FunctionErrorBody } from '#local/lambda/invoke/function-error.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { textAttributes, type Deliver, type Delivery } from '#local/lambda/invoke/delivery.ts';
import { collectResult, type CallResult, type Functions } from '#local/lambda/functions.ts';
import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';

/** The SQLite schema of stored events. */
export const asyncSchema = `CREATE TABLE IF NOT EXISTS async_events (
  id TEXT PRIMARY KEY, function TEXT, payload TEXT, attempts INTEGER, sent_at INTEGER);`;

const eventShape = structure({
  id: string(),
  target: string(),
  payload: string(),
  attempts: integer(),
  sentAt: integer(),
});

/** An event to invoke a function with, without waiting for the result. */
type AsyncEvent = Shaped<typeof eventShape>;

export interface AsyncEvents {
  /** Stores an event and starts its invocation. The event stays stored until it is processed. */
  send(functionArn: string, payload: string, requestId?: string): void;
  /** Resumes the events that were unfinished when the system last stopped. */
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
 * Creates the queue of asynchronous invocations. Failures are retried after one and then two
 * minutes; throttles are retried until the event expires. Results are sent to the function's
 * destinations (Lambda developer guide, "How Lambda handles errors and retries with asynchronous
 * invocation").
 */
export function createAsyncEvents(settings: AsyncSettings): AsyncEvents {
  const { store, clock } = settings;
  const closed = new AbortController();
  const insert = store.change('INSERT INTO async_events VALUES (?, ?, ?, ?, ?)');
  const processor: EventProcessor = {
    ...settings,
    signal: closed.signal,
    saveAttempts: store.change('UPDATE async_events SET attempts = ? WHERE id = ?'),
    deleteEvent: store.change('DELETE FROM async_events WHERE id = ?'),
  };
  const loadEvents = store.rows(
    'SELECT id, function AS target, payload, attempts, sent_at AS sentAt FROM async_events',
    eventShape,
  );
  return {
    send(target, payload, requestId = randomUUID()) {
      const sentAt = Math.floor(clock.now());
      const event = { id: requestId, target, payload, attempts: 0, sentAt };
      insert(event.id, target, payload, 0, sentAt);
      beginEvent(processor, event);
    },
    start() {
      for (const event of loadEvents()) beginEvent(processor, event);
    },
    close: () => closed.abort(),
  };
}

interface EventProcessor extends AsyncSettings {
  readonly signal: AbortSignal;
  saveAttempts(attempts: number, id: string): unknown;
  deleteEvent(id: string): unknown;
}

/** Processes an event in the background. After an unexpected error it stays stored. */
function beginEvent(processor: EventProcessor, event: AsyncEvent): void {
  processEvent(processor, event).catch((error: unknown) =>
    console.error(`${event.target}  ! ${String(error)}`),
  );
}

async function processEvent(processor: EventProcessor, event: AsyncEvent): Promise<void> {
  const { clock, functions, signal, saveAttempts } = processor;
  const host = functions.find(event.target);
  if (host === undefined) return;
  const { retries, maxAgeMs } = host.definition.asynchronous;
  let { attempts } = event;
  let throttles = 0;
  while (!signal.aborted) {
    const isExpired = clock.now() - event.sentAt > maxAgeMs;
    const result = isExpired ? expired : await invokeOnce(host, event);
    // When the system stops, the event stays stored and is retried at the next start.
    if (signal.aborted) return;
    if (result.type === 'throttled') {
      await clock.sleep(Math.min(1000 * 2 ** throttles, 300_000), signal);
      throttles += 1;
      continue;
    }
    attempts += 1;
    saveAttempts(attempts, event.id);
    if (result.type === 'result' || isExpired || attempts > retries) {
      finishEvent(processor, { host, event, attempts, result });
      return;
    }
    await clock.sleep(attempts * 60_000, signal);
  }
}

/** Sends the result to the destinations, then deletes the event, so that it cannot be lost. */
function finishEvent({ deliver, deleteEvent }: EventProcessor, outcome: EventOutcome): void {
  const { host, event, result } = outcome;
  const { onSuccess, onFailure, deadLetters } = host.definition.asynchronous;
  const destination = result.type === 'result' ? onSuccess : onFailure;
  if (destination !== undefined) {
    const resources = [destination, `${host.definition.arn}:$LATEST`];
    const detailType = `Lambda Function Invocation Result - ${result.type === 'result' ? 'Success' : 'Failure'}`;
    const head = { source: 'lambda', detailType, resources };
    deliver(destination, { body: destinationRecord(outcome), event: head });
  }
  if (result.type !== 'result' && deadLetters !== undefined) {
    deliver(deadLetters, toDeadLetter(event, result));
  }
  deleteEvent(event.id);
}

type FinalResult = Extract<CallResult, { type: 'result' | 'error' }>;

interface EventOutcome {
  readonly host: FunctionHost;
  readonly event: AsyncEvent;
  readonly attempts: number;
  readonly result: FinalResult;
}

const expired: FinalResult = {
  type: 'error',
  error: { errorType: 'EventAgeExceeded', errorMessage: 'The event has exceeded its maximum age.' },
};

async function invokeOnce(
  host: FunctionHost,
  { id, payload }: AsyncEvent,
): Promise<FinalResult | { readonly type: 'throttled' }> {
  const result = await host.invoke({ requestId: id, payload: Buffer.from(payload) });
  return result === 'throttled' ? { type: 'throttled' } : collectResult(result);
}

/** The record sent to a destination (Lambda developer guide, "Destination record"). */
function destinationRecord({ host, event, attempts, result }: EventOutcome): string {
  const failed = result.type === 'error';
  const condition = failed ? failureCondition(result.error) : 'Success';
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
    requestPayload: parseJson(event.payload),
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      ...(failed ? { functionError: 'Unhandled' } : {}),
    },
    responsePayload: parseJson(payload),
  });
}

function failureCondition({ errorType }: FunctionErrorBody): string {
  return errorType === 'EventAgeExceeded' ? 'EventAgeExceeded' : 'RetriesExhausted';
}

function toDeadLetter({ id, payload }: AsyncEvent, result: FinalResult): Delivery {
  const message = result.type === 'error' ? result.error.errorMessage : '';
  const attributes = { RequestID: id, ErrorCode: '200', ErrorMessage: message.slice(0, 1024) };
  return { body: payload, attributes: textAttributes(attributes) };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
