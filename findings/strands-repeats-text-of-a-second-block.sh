#!/usr/bin/env bash
# @strands-agents/sdk 1.19.0: when a streamed answer has two blocks of text after each other, the second
# repeats the text of the first. The text is reset at the start event of a block, but ConverseStream has
# no such event for text: a block of text begins with its first delta. Answers with citations consist of
# such blocks, so their sentences come twice, and go back to the model like that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --legacy-peer-deps \
  @strands-agents/sdk@1.19.0 @modelcontextprotocol/sdk@1.29.0 @opentelemetry/api@1.9.0 zod@4.1.12 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import { Agent, BedrockModel } from '@strands-agents/sdk';

const { version } = JSON.parse(
  readFileSync('node_modules/@strands-agents/sdk/package.json', 'utf8'),
);
console.log(`node ${process.versions.node}, @strands-agents/sdk ${version}`);

/** The events of ConverseStream for an answer of two blocks of text, as Bedrock sends them. */
const events = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'One. ' } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { text: 'Two. ' } } },
  { contentBlockStop: { contentBlockIndex: 1 } },
  { messageStop: { stopReason: 'end_turn' } },
  {
    metadata: {
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      metrics: { latencyMs: 1 },
    },
  },
];

const model = new BedrockModel({
  region: 'us-east-1',
  modelId: 'amazon.nova-lite-v1:0',
  clientConfig: { credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
});
model._client.send = async () => ({
  stream: (async function* () {
    yield* events;
  })(),
});
const agent = new Agent({ model, printer: false });
await agent.invoke('Hi');
const texts = agent.messages.at(-1).content.map(({ text }) => text);
console.log('blocks:', JSON.stringify(texts));
process.exit(JSON.stringify(texts) === '["One. ","One. Two. "]' ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: each block has its own text.'
  exit 1
fi
