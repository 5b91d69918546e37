#!/usr/bin/env bash
# @langchain/core 1.4.0: the parameter `disableStreaming` of a chat model's constructor is declared and
# documented, and never read. `stream()` goes on calling the streaming API. Only the property works, set
# on the model after it was constructed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/aws@1.4.5 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import { ChatBedrockConverse } from '@langchain/aws';

const { version } = JSON.parse(readFileSync('node_modules/@langchain/core/package.json', 'utf8'));
console.log(`node ${process.versions.node}, @langchain/core ${version}`);

/** Returns the commands that a model sends when its answer is read as a stream. */
async function commandsOf(prepare) {
  const sent = [];
  const model = new ChatBedrockConverse({
    model: 'amazon.nova-lite-v1:0',
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    disableStreaming: true,
  });
  prepare(model);
  model.client.send = async (command) => {
    sent.push(command.constructor.name);
    throw new Error('enough');
  };
  try {
    for await (const _ of await model.stream('Hi', { maxRetries: 0 }));
  } catch {
    // What was sent is all that counts.
  }
  return [...new Set(sent)].join();
}

const byParameter = await commandsOf(() => undefined);
const byProperty = await commandsOf((model) => {
  model.disableStreaming = true;
});
console.log('by the parameter:', byParameter);
console.log('by the property:', byProperty);
process.exit(byParameter === 'ConverseStreamCommand' && byProperty === 'ConverseCommand' ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: the parameter is read.'
  exit 1
fi
