#!/usr/bin/env bash
# @langchain/aws 1.4.5: an image given as a data URL in LangChain's content block of `source_type: 'url'`
# goes to Converse with the format `image`, which Bedrock refuses: it takes the first half of `image/png`
# for the format. The same URL in an `image_url` block goes with the format `png`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/aws@1.4.5 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import { ChatBedrockConverse } from '@langchain/aws';
import { HumanMessage } from '@langchain/core/messages';

const { version } = JSON.parse(readFileSync('node_modules/@langchain/aws/package.json', 'utf8'));
console.log(`node ${process.versions.node}, @langchain/aws ${version}`);
const url = 'data:image/png;base64,iVBORw0KGgo=';

/** Returns the format of the image that is sent for a content block. */
async function formatOf(block) {
  const model = new ChatBedrockConverse({
    model: 'amazon.nova-lite-v1:0',
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  let format;
  model.client.send = async ({ input }) => {
    format = input.messages[0].content.find(({ image }) => image !== undefined)?.image.format;
    throw new Error('enough');
  };
  const content = [{ type: 'text', text: 'What is this?' }, block];
  await model.invoke([new HumanMessage({ content })], { maxRetries: 0 }).catch(() => undefined);
  return format;
}

const block = await formatOf({ type: 'image', source_type: 'url', url });
const imageUrl = await formatOf({ type: 'image_url', image_url: { url } });
console.log('content block:', block);
console.log('image_url:', imageUrl);
process.exit(block === 'image' && imageUrl === 'png' ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: the format of the image is named.'
  exit 1
fi
