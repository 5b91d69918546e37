import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { noLogSecret } from '#api/log/log-names.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { toTurnResponse } from '#api/turn/turn-response.ts';

test.each(['text', 'json', 'data'] as const)(
  'an answer in %s that was cut off is returned only after its turn has ended',
  async (format) => {
    const progress = { isOver: false };
    async function* turn(): AsyncGenerator<TurnEvent> {
      yield { type: 'turn-start', turnId: 't', modelId: 'm' };
      yield { type: 'text-delta', index: 0, text: 'a' };
      yield { type: 'error', error: new ChatError('model_error', 'It broke off.') };
      await new Promise(setImmediate);
      progress.isOver = true;
    }
    const handler = respondBuffered(noLogSecret, async () => {
      const { events, ended } = runDetached(turn());
      return toTurnResponse(events, { requestId: 'r', format, ended });
    });
    const event = {
      version: '2.0',
      rawPath: '/chat',
      headers: {},
      isBase64Encoded: false,
      requestContext: { http: { method: 'POST' } },
    } as const;
    const context = {
      awsRequestId: 'r',
      functionName: 'f',
      getRemainingTimeInMillis: () => 29_000,
    };
    const { statusCode } = await handler(event, context);
    expect(statusCode).toBe(format === 'data' ? 200 : 502);
    expect(progress.isOver).toBe(true);
  },
);
