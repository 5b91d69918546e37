import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ConverseClient } from '#aws/bedrock/converse-client.ts';
import { createHttpConverse } from '#aws/bedrock/http-converse.ts';
import { createBedrockClient, createSdkConverse } from '#aws/bedrock/sdk-converse.ts';
import type { Load } from './relay/upstream.ts';

/*
 * What calling ConverseStream costs with Streambed's own client and with that of the AWS SDK, in the
 * same process and against the same server. CPU time hardly depends on what else the machine does.
 */

const rounds = 9;

const upstream = fork(join(import.meta.dirname, 'relay', 'upstream.ts'));
const [endpoint] = await once(upstream, 'message');
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: String(endpoint),
});
const clients = [createHttpConverse(), createSdkConverse(createBedrockClient())] as const;

try {
  console.log(`\n${['own', 'SDK', 'ratio'].map((title) => title.padStart(12)).join('')}`);
  await report('CPU per request, µs', { tokens: 1, gapMs: 1 }, 200);
  await report('CPU per token of a burst, µs', { tokens: 20_048, gapMs: 0 }, 1);
} finally {
  upstream.kill();
}

/** Reports the medians of both clients, measured alternately, after two warm-up rounds. */
async function report(title: string, load: Load, requests: number): Promise<void> {
  upstream.send(load);
  await once(upstream, 'message');
  const figures = clients.map((): number[] => []);
  for (let round = -2; round < rounds; round += 1) {
    for (const [index, client] of clients.entries()) {
      const before = process.cpuUsage();
      for (let sent = 0; sent < requests; sent += 1) await readAll(client);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) figures[index]?.push((user + system) / (requests * load.tokens));
    }
  }
  const [own = 0, sdk = 0] = figures.map((values) => values.toSorted((a, b) => a - b)[4]);
  const cells = [own.toFixed(1), sdk.toFixed(1), (own / sdk).toFixed(2)];
  console.log(`${cells.map((cell) => cell.padStart(12)).join('')}  ${title}`);
}

async function readAll(client: ConverseClient): Promise<void> {
  const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
  const { signal } = new AbortController();
  for await (const batch of await client.stream({ modelId: 'any', messages }, signal)) {
    for (const _ of batch);
  }
}
