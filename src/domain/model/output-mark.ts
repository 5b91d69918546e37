import { ChatError, toChatError } from '#domain/errors.ts';

/**
 * Passes events through and marks an error that is thrown after the first one, by the events or by
 * `onEvent`. The mark travels up with the error: callers read `hasOutput` and track nothing
 * themselves.
 */
export async function* markOutput<Event>(
  events: AsyncIterable<Event>,
  onEvent?: (event: Event) => void,
): AsyncGenerator<Event, void, undefined> {
  let hasOutput = false;
  try {
    for await (const event of events) {
      hasOutput = true;
      onEvent?.(event);
      yield event;
    }
  } catch (error) {
    throw hasOutput ? afterOutput(error) : error;
  }
}

/** Returns the error, marked as thrown after the model had begun to answer. */
export function afterOutput(error: unknown): ChatError {
  const { code, message, cause, retryAfterSeconds, ...others } = toChatError(error);
  const { liveTurnId, isTransient, refusal, limit } = others;
  const details = { cause, retryAfterSeconds, liveTurnId, isTransient, refusal, limit };
  return new ChatError(code, message, { ...details, hasOutput: true });
}
