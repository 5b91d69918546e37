import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsResponse } from '#local/wire/aws-exchange.ts';
import { eventFrame } from '#local/wire/event-stream.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { listen } from '#local/process/listen.ts';

/*
 * A Bedrock that costs next to nothing: it says the same token over and over, in ConverseStream's
 * frames or in InvokeModelWithResponseStream's. The request's size and pace come by message.
 */

export interface Load {
  readonly tokens: number;
  /** 0: as fast as they are read. */
  readonly gapMs: number;
}

let load: Load = { tokens: 1, gapMs: 0 };

const chunk = (json: object): Buffer => {
  const bytes = Buffer.from(JSON.stringify(json)).toString('base64');
  return eventFrame('chunk', JSON.stringify({ bytes, p: 'abcdefghijklmnopqrstuvwxyz' }));
};

const padded = (members: object): string =>
  JSON.stringify({ ...members, p: 'abcdefghijklmnopqrstuvwxyz' });

interface Wire {
  readonly start: Buffer;
  readonly delta: Buffer;
  readonly end: Buffer;
}

const wires: Readonly<Record<'converse' | 'invoke', Wire>> = {
  converse: {
    start: eventFrame('messageStart', padded({ role: 'assistant' })),
    delta: eventFrame(
      'contentBlockDelta',
      padded({ contentBlockIndex: 0, delta: { text: ' tok' } }),
    ),
    end: Buffer.concat([
      eventFrame('contentBlockStop', padded({ contentBlockIndex: 0 })),
      eventFrame('messageStop', padded({ stopReason: 'end_turn' })),
      eventFrame(
        'metadata',
        padded({
          metrics: { latencyMs: 1 },
          usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
        }),
      ),
    ]),
  },
  invoke: {
    start: chunk({ type: 'message_start', message: { role: 'assistant' } }),
    delta: chunk({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: ' tok' },
    }),
    end: chunk({ type: 'message_stop' }),
  },
};

async function say(response: AwsResponse, wire: Wire): Promise<void> {
  const { tokens, gapMs } = load;
  response.start(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  await response.write(wire.start);
  const together = gapMs === 0 ? 64 : 1;
  const batch = Buffer.concat(Array.from({ length: together }, () => wire.delta));
  for (let said = 0; said < tokens && !response.gone.aborted; said += together) {
    await response.write(batch);
    if (gapMs > 0) await sleep(gapMs);
  }
  response.end(wire.end);
}

const gateway = createGateway(
  ({ url }) =>
    (_, response) =>
      say(response, url.includes('converse') ? wires.converse : wires.invoke),
);
const port = await listen(gateway.server, { port: 0, option: 'none' });
process.on('message', (message: Load) => {
  load = message;
  process.send?.('loaded');
});
process.on('disconnect', () => process.exit());
process.send?.(`http://127.0.0.1:${port}`);
