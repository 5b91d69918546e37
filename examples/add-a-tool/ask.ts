import { createBedrockClient, createSdkConverse } from '#aws/bedrock/sdk-converse.ts';
import { createBedrockModel } from '#aws/model/bedrock-model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Toolbox } from '#domain/model/tools.ts';
import { withTools } from '#domain/model/with-tools.ts';
import { getOrder, type Orders } from './get-order.ts';

const statuses = new Map([['AB-1001', 'shipped on 27 November, arrives on 1 December']]);
const orders: Orders = { statusOf: (orderNumber) => Promise.resolve(statuses.get(orderNumber)) };

// A deployment uses the toolbox of `src/tools/toolbox.ts`, which opens sets of tools by name.
const toolbox: Toolbox = {
  open: () => Promise.resolve({ tools: [getOrder(orders)], close: () => Promise.resolve() }),
};
const bedrock = createBedrockModel(createSdkConverse(createBedrockClient()));
const model = withTools(bedrock, toolbox);

const [, , question = 'Where is my order AB-1001?'] = process.argv;
const request = {
  owner: 'ada',
  modelId: 'amazon.nova-lite-v1:0',
  messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
  inference: { maxTokens: 500 },
  toolUse: { sets: ['orders'], canAsk: false },
} as const;

for await (const event of model.stream(request, AbortSignal.timeout(60_000))) {
  process.stdout.write(toText(event));
}
console.log();

function toText(event: StreamEvent): string {
  if (event.type === 'text-delta') return event.text;
  if (event.type === 'block-start') return `\n\nCall: ${event.name} `;
  if (event.type === 'tool-input-delta') return event.json;
  const isResult = event.type === 'block' && event.block.type === 'tool-result';
  return isResult ? `\nResult: ${event.block.text}` : '';
}
