import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createBedrockMantle } from '@ai-sdk/amazon-bedrock/mantle';
import { AnthropicBedrock, AnthropicBedrockMantle } from '@anthropic-ai/bedrock-sdk';
import Anthropic from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { ChatBedrockConverse } from '@langchain/aws';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import OpenAI from 'openai';
import { BedrockOpenAI } from 'openai/bedrock';
import { bedrock as openAiProvider } from 'openai/providers/bedrock';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { haiku, startBedrock, textOf, user, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/** Clients whose endpoint is an environment variable, with nothing else changed. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, 'us-east-1');
  for (const name of ['AWS_BEARER_TOKEN_BEDROCK', 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY']) {
    vi.stubEnv(name, 'any');
  }
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await bedrock.close();
});

const claude = 'anthropic.claude-sonnet-5';
const gpt = 'openai.gpt-oss-120b-1:0';
const runtime = 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME';

async function askMessages(
  client: { readonly messages: Pick<Anthropic['messages'], 'create'> },
  model: string,
): Promise<string | undefined> {
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const { content } = await client.messages.create({ model, max_tokens: 500, messages });
  return content[0]?.type === 'text' ? content[0].text : undefined;
}

async function askResponses(client: OpenAI): Promise<string> {
  const { output_text } = await client.responses.create({ model: gpt, input: 'Hello' });
  return output_text;
}

test.each<[string, string, string, () => Promise<string | undefined>]>([
  [
    'The AWS SDK',
    runtime,
    '',
    async () => {
      const command = new ConverseCommand({ modelId: haiku, messages: [user('Hello')] });
      return textOf(await new BedrockRuntimeClient({}).send(command));
    },
  ],
  [
    'The AI SDK',
    runtime,
    '',
    async () => (await generateText({ model: createAmazonBedrock()(haiku), prompt: 'Hello' })).text,
  ],
  [
    'LangChain',
    runtime,
    '',
    async () => (await new ChatBedrockConverse({ model: haiku }).invoke('Hello')).text,
  ],
  [
    'Anthropic’s SDK for Bedrock',
    'ANTHROPIC_BEDROCK_BASE_URL',
    '',
    () => askMessages(new AnthropicBedrock(), haiku),
  ],
  [
    'Anthropic’s SDK for bedrock-mantle',
    'ANTHROPIC_BEDROCK_MANTLE_BASE_URL',
    '/anthropic',
    () => askMessages(new AnthropicBedrockMantle(), claude),
  ],
  [
    'Anthropic’s SDK',
    'ANTHROPIC_BASE_URL',
    '/anthropic',
    () => askMessages(new Anthropic(), claude),
  ],
  ['OpenAI’s SDK', 'OPENAI_BASE_URL', '/openai/v1', () => askResponses(new OpenAI())],
  [
    'OpenAI’s client for Bedrock',
    'AWS_BEDROCK_BASE_URL',
    '/openai/v1',
    () => askResponses(new BedrockOpenAI()),
  ],
  [
    'OpenAI’s provider for Bedrock',
    'AWS_BEDROCK_BASE_URL',
    '/openai/v1',
    () => askResponses(new OpenAI({ provider: openAiProvider() })),
  ],
])('%s reads %s', async (_, variable, path, ask) => {
  vi.stubEnv(variable, `${bedrock.url}${path}`);
  expect(await ask()).toContain('Simulated answer');
});

test.each(['chat', 'responses'] as const)(
  'the AI SDK’s provider for bedrock-mantle completes a tool call by %s',
  async (api) => {
    const provider = createBedrockMantle({ baseURL: `${bedrock.url}/v1` });
    const { steps, text } = await generateText({
      model: provider[api](gpt),
      prompt: 'What is the weather in Kyoto?',
      stopWhen: stepCountIs(3),
      tools: {
        get_weather: tool({
          description: 'Returns the weather of a city',
          inputSchema: jsonSchema<{ city: string }>({
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
          }),
          execute: ({ city }) => `sunny in ${city}`,
        }),
      },
    });
    expect(steps).toHaveLength(2);
    expect(text).toContain('sunny in Kyoto');
  },
);
