import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsResponse } from '#local/wire/aws-exchange.ts';
import { eventFrame } from '#local/wire/event-stream.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { listen } from '#local/process/listen.ts';

/*
 * A Bedrock with minimal cost. It repeats one token in the frames of ConverseStream or of
 * InvokeModelWithResponseStream. The parent sends the number of tokens and their pace.
 */

export interface Load {
  readonly tokens: number;
  /** The delay between tokens; 0 for as fast as they are read. */
  readonly gapMs: number;
}

let load: Load = { tokens: 1, gapMs: 0 };

const chunk = (json: object): Buffer => {
  const bytes = Buffer.from(JSON.stringify(json)).toString('base64');
  return eventFrame('chunk', JSON.stringify({ bytes, p: 'abcdefghijklmnopqrstuvwxyz' }));
};

const withPadding = (members: object): string =>
  JSON.stringify({ ...members, p: 'abcdefghijklmnopqrstuvwxyz' });

interface Wire {
  readonly start: Buffer;
  readonly delta: Buffer;
  readonly end: Buffer;
}

const wires: Readonly<Record<'converse' | 'invoke', Wire>> = {
  converse: {
    start: eventFrame('messageStart', withPadding({ role: 'assistant' })),
    delta: eventFrame(
      'contentBlockDelta',
      withPadding({ contentBlockIndex: 0, delta: { text: ' tok' } }),
    ),
    end: Buffer.concat([
      eventFrame('contentBlockStop', withPadding({ contentBlockIndex: 0 })),
      eventFrame('messageStop', withPadding({ stopReason: 'end_turn' })),
      eventFrame(
        'metadata',
        withPadding({
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

async function writeAnswer(response: AwsResponse, wire: Wire): Promise<void> {
  const { tokens, gapMs } = load;
  response.start(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  await response.write(wire.start);
  const batchSize = gapMs === 0 ? 64 : 1;
  const batch = Buffer.concat(Array.from({ length: batchSize }, () => wire.delta));
  for (let written = 0; written < tokens && !response.gone.aborted; written += batchSize) {
    await response.write(batch);
    if (gapMs > 0) await sleep(gapMs);
  }
  response.end(wire.end);
}

const gateway = createGateway(
  ({ url }) =>
    (_, response) =>
      writeAnswer(response, url.includes('converse') ? wires.converse : wires.invoke),
);
const port = await listen(gateway.server, { port: 0, option: 'none' });
process.on('message', (message: Load) => {
  load = message;
  process.send?.('loaded');
});
process.on('disconnect', () => process.exit());
process.send?.(`http://127.0.0.1:${port}`);
