import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';

const client = new BedrockRuntimeClient({});

/** The code under test: returns the model's whole answer. It does not know where Bedrock is. */
export async function ask(question) {
  const { stream } = await client.send(
    new ConverseStreamCommand({
      modelId: 'amazon.nova-lite-v1:0',
      messages: [{ role: 'user', content: [{ text: question }] }],
    }),
  );
  let answer = '';
  let isComplete = false;
  for await (const { contentBlockDelta, messageStop } of stream) {
    answer += contentBlockDelta?.delta?.text ?? '';
    if (messageStop) isComplete = true;
  }
  if (!isComplete) throw new Error('The answer was cut short.');
  return answer;
}
