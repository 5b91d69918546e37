import http from 'node:http';
import { createBedrock } from '#local/bedrock/bedrock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { listen } from '#local/process/listen.ts';

/*
 * A server in a separate process, so that its CPU time can be measured: the local Bedrock, or a
 * replay of bytes that the parent sends. Sends its port to the parent, and its CPU time on request.
 */
const [kind = 'bedrock', tokensPerSecond = '0'] = process.argv.slice(2);

if (kind === 'bedrock') {
  const { engine } = createBedrock({
    pace: { ttftMs: 0, tokensPerSecond: Number(tokensPerSecond), jitter: 0 },
    identity: { mode: 'lenient', credentials: [], apiKeys: [] },
  });
  process.send?.({
    port: await listen(createGateway(() => engine).server, { port: 0, option: '' }),
  });
} else {
  let frames: readonly Buffer[] = [];
  const server = http.createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    if (kind === 'replay') response.end(frames[0]);
    else writeAll(response);
  });
  /** Writes frame by frame and waits for the reader. */
  const writeAll = (response: http.ServerResponse, from = 0): void => {
    for (let index = from; index < frames.length; index += 1) {
      if (response.write(frames[index])) continue;
      response.once('drain', () => writeAll(response, index + 1));
      return;
    }
    response.end();
  };
  process.on('message', (message: unknown) => {
    if (!Array.isArray(message)) return;
    frames = message.map((text) => Buffer.from(String(text), 'base64'));
    process.send?.({ ready: true });
  });
  process.send?.({ port: await listen(server, { port: 0, option: '' }) });
}

process.on('message', (message) => {
  if (message !== 'cpu') return;
  const { system, user } = process.cpuUsage();
  process.send?.({ cpuMs: (system + user) / 1_000 });
});
