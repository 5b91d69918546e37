import type { OpenAI } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCall, claude as model, openAiClient, question, weather } from '#test/fixtures/openai.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

let system: StreambedSystem;
let client: OpenAI;

beforeAll(async () => {
  system = await startSystem();
  client = openAiClient(system);
});
afterAll(() => system.close());

const fiveStops = ['a', 'b', 'c', 'd', 'e'];
const anotherTool = { type: 'function', function: { name: 'get_time' } } as const;
const toolCallMessage = { role: 'assistant', content: null, tool_calls: [aCall('1')] };

test.each([
  [{ messages: [] }, 'messages', 'must not be empty'],
  [{ messages: [{ role: 'user', content: ' ' }] }, 'messages.0.content', 'must not be blank'],
  [{ messages: [{ role: 'system', content: 'Hi' }] }, 'messages', 'must have a user'],
  [
    { messages: [question, toolCallMessage, question] },
    'messages.2',
    'the call 1 before it has no',
  ],
  [
    { messages: [question, { role: 'tool', tool_call_id: '1', content: 'x' }] },
    'messages.1.tool_call_id',
    'does not match a call',
  ],
  [{ temperature: 2.5 }, 'temperature', 'must be from 0 to 2'],
  [{ max_tokens: 0 }, 'max_tokens', 'must be at least 1'],
  [{ max_tokens: 100_000 }, 'max_completion_tokens', 'must be at most 4096'],
  [{ n: 2 }, 'n', 'must be 1'],
  [{ stop: '' }, 'stop', 'must not be empty'],
  [{ stop: fiveStops }, 'stop', 'must be at most 4 strings'],
  [{ logprobs: true }, 'logprobs', 'is not supported'],
  [{ functions: [] }, 'functions', 'is not supported'],
  [{ tool_choice: 'required' }, 'tool_choice', 'needs tools'],
  [
    { tools: [weather], tool_choice: anotherTool },
    'tool_choice',
    'get_time is not among the tools',
  ],
  [{ tools: [weather, weather] }, 'tools', 'has get_weather twice'],
  [{ response_format: { type: 'xml' } }, 'response_format.type', 'must be text, json_object or'],
])('%j is rejected as OpenAI does, with the field', async (change, param, message) => {
  const body = { model, messages: [question], ...change };
  const answer = client.post('/chat/completions', { body });
  await expect(answer).rejects.toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    param,
    message: expect.stringContaining(message),
  });
});
