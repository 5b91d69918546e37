#!/usr/bin/env bash
# @anthropic-ai/sdk 1.12.0: `beta.messages.toolRunner` sends the member `thread` without being asked to,
# and takes a server that does not refuse it for one that keeps the conversation. Its second request then
# has the tool's result alone, without the question and the call. A server that speaks the Messages API
# and ignores members that it does not know, as a good server of JSON does, so breaks every tool call.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @anthropic-ai/sdk@1.12.0 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';

const { version } = JSON.parse(readFileSync('node_modules/@anthropic-ai/sdk/package.json', 'utf8'));
console.log(`node ${process.versions.node}, @anthropic-ai/sdk ${version}`);

const bodies = [];
const server = createServer(async (request, response) => {
  bodies.push(JSON.parse(await text(request)));
  const isFirst = bodies.length === 1;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: `msg_${bodies.length}`,
      type: 'message',
      role: 'assistant',
      model: 'any',
      content: isFirst
        ? [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }]
        : [{ type: 'text', text: 'Done.' }],
      stop_reason: isFirst ? 'tool_use' : 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  );
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new Anthropic({
  apiKey: 'any',
  baseURL: `http://127.0.0.1:${server.address().port}`,
  maxRetries: 0,
});
const runner = client.beta.messages.toolRunner({
  model: 'any',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Look' }],
  tools: [
    {
      name: 'look',
      description: 'Looks',
      input_schema: { type: 'object', properties: {} },
      parse: (input) => input,
      run: () => 'seen',
    },
  ],
});
await runner.runUntilDone();
server.close();
server.closeAllConnections();
const seen = bodies.map(({ thread, messages }) => ({
  thread: thread !== undefined,
  messages: messages.map(({ role }) => role).join(),
}));
console.log(JSON.stringify(seen));
const [first, second] = seen;
process.exit(first.thread && first.messages === 'user' && second.messages === 'user' ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: the runner sends the whole conversation.'
  exit 1
fi
