import { expect, test } from 'vitest';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { ChatError } from '#domain/errors.ts';
import { observeCall, observeStream } from '#domain/operation/observe.ts';
import type { OperationListener } from '#domain/operation/operation.ts';

const operation = { type: 'model-call', modelId: 'm' } as const;
const start: StreamEvent = { type: 'message-start' };
const refusal = new ChatError('throttled', 'Too many requests.');

/** A listener that writes down what it is informed of. */
function notes(): OperationListener & { readonly written: readonly unknown[] } {
  const written: unknown[] = [];
  return {
    written,
    onOperation({ type }) {
      written.push(type);
      return {
        onEvent: (event) => written.push(event.type),
        onEnd: (error) => written.push(error?.code ?? 'end'),
      };
    },
  };
}

function streamOf(events: readonly StreamEvent[], error?: Error, signal = idle) {
  async function* stream(): AsyncGenerator<StreamEvent, void, undefined> {
    yield* events;
    if (error !== undefined) throw error;
  }
  return { signal, stream };
}

const idle = new AbortController().signal;

test('without a listener to operations, a stream is what it was', async () => {
  const events = (async function* none(): AsyncGenerator<StreamEvent> {})();
  const streaming = { signal: idle, stream: () => events };
  expect(observeStream(undefined, operation, streaming)).toBe(events);
  expect(observeStream({}, operation, streaming)).toBe(events);
  expect(await observeCall({}, operation, async () => 1)).toBe(1);
});

test('a call has a beginning and an end, and its error passes through; if aborted, it has not failed', async () => {
  const listener = notes();
  expect(await observeCall(listener, operation, async () => 1)).toBe(1);
  const failing = observeCall(listener, operation, () => Promise.reject(refusal));
  await expect(failing).rejects.toBe(refusal);
  const aborted = AbortSignal.abort(refusal);
  const ended = observeCall(listener, operation, () => Promise.reject(refusal), aborted);
  await expect(ended).rejects.toBe(refusal);
  const calls = ['end', 'throttled', 'end'].flatMap((end) => ['model-call', end]);
  expect(listener.written).toEqual(calls);
});

test('a stream begins when it is read, and its events and its error pass through', async () => {
  const listener = notes();
  const events = observeStream(listener, operation, streamOf([start], refusal));
  expect(listener.written).toEqual([]);
  await expect(Array.fromAsync(events)).rejects.toBe(refusal);
  expect(listener.written).toEqual(['model-call', 'message-start', 'throttled']);
});

test('a stream that its reader leaves, or that is aborted, has not failed', async () => {
  const listener = notes();
  for await (const _ of observeStream(listener, operation, streamOf([start, start]))) break;
  const aborted = streamOf([], refusal, AbortSignal.abort(refusal));
  const events = observeStream(listener, operation, aborted);
  await expect(Array.fromAsync(events)).rejects.toBe(refusal);
  expect(listener.written).toEqual(['model-call', 'message-start', 'end', 'model-call', 'end']);
});
