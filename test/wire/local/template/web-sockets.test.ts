import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { openSocket } from '#test/fixtures/web-sockets.ts';

test('SAM: a function posts the deltas of a model to the WebSocket that asked', async () => {
  await using system = await hostTemplate('sam-websocket/template.yaml');
  const url = system.state.outputs['SocketUrl'] ?? '';
  expect(url).toBe(system.state.webSocketApis?.['Socket']?.url);
  const client = await openSocket(url);
  onTestFinished(() => client.socket.terminate());
  client.socket.send(JSON.stringify({ action: 'chat', prompt: 'Write ten words' }));
  const messages: { readonly text?: string; readonly stop?: string }[] = [];
  while (messages.at(-1)?.stop === undefined) messages.push(JSON.parse(await client.next()));
  expect(messages.length).toBeGreaterThan(3);
  expect(messages.map(({ text }) => text).join('').length).toBeGreaterThan(20);
  expect(messages.at(-1)).toEqual({ stop: 'end_turn' });
  const line = system.lines.find((each) => each.includes('connected'));
  const connectionId = /[\w-]{15}=/u.exec(line ?? '')?.[0];
  const lambda = new LambdaClient(system.config);
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: 'local-Notify', Payload: JSON.stringify({ connectionId }) }),
  );
  expect(Payload?.transformToString()).toBe('3');
  const { host } = new URL(url);
  expect([await client.next(), await client.next(), await client.next()]).toEqual([
    `http://${host}/prod`,
    `https://${host}/prod`,
    `https://${host}/prod`,
  ]);
  client.socket.close();
  await expect.poll(() => system.lines.some((each) => each.includes('disconnected'))).toBe(true);
});
