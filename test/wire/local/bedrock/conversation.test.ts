import type { Message, Tool } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, startBedrock, textOf, user, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const opus = 'us.anthropic.claude-opus-5';
const assistant = (text: string): Message => ({ role: 'assistant', content: [{ text }] });
const system = (text: string): Message => ({ role: 'system', content: [{ text }] });
const toolSpec = (name: string): Tool => ({
  toolSpec: { name, description: `The ${name}`, inputSchema: { json: { type: 'object' } } },
});

describe('two messages of one role in a row', () => {
  const sky = [user('My name is Ada.'), user('What is my name?')];

  test('are refused by Converse', async () => {
    const refusal = 'A conversation must alternate between user and assistant roles.';
    await expect(bedrock.ask({ messages: sky })).rejects.toThrow(refusal);
    const answers = [user('Hi'), assistant('Hello'), assistant('Again'), user('Hi')];
    await expect(bedrock.ask({ messages: answers })).rejects.toThrow(refusal);
  });

  test.each([
    ['InvokeModel', `/model/${haiku}/invoke`, { anthropic_version: 'bedrock-2023-05-31' }],
    ["Anthropic's own route", '/anthropic/v1/messages', { model: haiku }],
  ])('are one turn for %s', async (_, path, members) => {
    const post = async (messages: readonly object[]): Promise<{ status: number; body: object }> => {
      const response = await bedrock.post(path, { ...members, max_tokens: 100, messages });
      return { status: response.status, body: (await response.json()) as object };
    };
    const apart = await post([
      { role: 'user', content: 'My name is Ada.' },
      { role: 'user', content: [{ type: 'text', text: 'What is my name?' }] },
    ]);
    const together = await post([
      {
        role: 'user',
        content: ['My name is Ada.', 'What is my name?'].map((text) => ({ type: 'text', text })),
      },
    ]);
    expect(apart).toEqual(together);
    expect(apart.status).toBe(200);
    const empty = await post([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: [] },
    ]);
    expect(empty.status).toBe(400);
    expect(JSON.stringify(empty.body)).toContain('messages.1: all messages must have');
  });

  test('a tool result may come after a text of the same turn', async () => {
    const response = await bedrock.post('/anthropic/v1/messages', {
      model: haiku,
      max_tokens: 100,
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'look' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'look', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'A cat' }] },
        { role: 'user', content: 'Go on.' },
      ],
    });
    expect(response.status).toBe(200);
  });
});

describe('a message of the role system', () => {
  const messages = [user('Hi'), system('Answer as a pirate.'), assistant('Ahoy'), user('Hi again')];

  test('stands between the others and counts as an instruction', async () => {
    const off = bedrock.on({ match: { system: 'pirate' }, stream: [{ text: 'Arr.' }] });
    expect(textOf(await bedrock.ask({ modelId: opus, messages }))).toBe('Arr.');
    const afterUser = [user('Hi'), system('Answer as a pirate.')];
    expect(textOf(await bedrock.ask({ modelId: opus, messages: afterUser }))).toBe('Arr.');
    expect(textOf(await bedrock.ask({ modelId: opus, messages: [user('Hi')] }))).not.toBe('Arr.');
    const events = await bedrock.stream({ modelId: opus, messages });
    expect(events.at(-1)?.metadata?.usage?.outputTokens).toBeGreaterThan(0);
    off();
  });

  test('leaves the cached prefix before it as it is', async () => {
    const long = { text: 'The tide table of the harbour. '.repeat(1_000) };
    const cached: Message = { role: 'user', content: [long, { cachePoint: { type: 'default' } }] };
    await bedrock.ask({ modelId: opus, messages: [cached] });
    const { usage } = await bedrock.ask({ modelId: opus, messages: [cached, system('Be brief.')] });
    expect(usage?.cacheReadInputTokens).toBeGreaterThan(1_000);
  });

  test.each([[haiku], ['us.anthropic.claude-sonnet-5']])('is refused by %s', async (modelId) => {
    await expect(bedrock.ask({ modelId, messages })).rejects.toThrow('Unexpected role "system"');
    const response = await bedrock.post('/anthropic/v1/messages', {
      model: modelId,
      max_tokens: 10,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Be brief.' },
      ],
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Unexpected role');
  });

  test('does not begin a conversation and has no images', async () => {
    await expect(
      bedrock.ask({ modelId: opus, messages: [system('Be brief.'), user('Hi')] }),
    ).rejects.toThrow('A conversation must start with a user message.');
    const image = { format: 'png' as const, source: { bytes: Buffer.from('x') } };
    await expect(
      bedrock.ask({
        modelId: opus,
        messages: [user('Hi'), { role: 'system', content: [{ image }] }],
      }),
    ).rejects.toThrow('The image content block at messages.1.content');
  });

  test('adds and removes tools that the request declares', async () => {
    const change = (kind: 'toolAddition' | 'toolRemoval', name: string): Message => ({
      role: 'system',
      content: [
        kind === 'toolAddition'
          ? { toolAddition: { tool: { name } } }
          : { toolRemoval: { tool: { name } } },
      ],
    });
    const ask = async (changes: readonly Message[]): Promise<string | undefined> => {
      const { stopReason } = await bedrock.ask({
        modelId: opus,
        messages: [user('Use the weather tool.'), ...changes],
        toolConfig: { tools: [toolSpec('weather'), toolSpec('calendar')] },
      });
      return stopReason;
    };
    expect(await ask([])).toBe('tool_use');
    expect(await ask([change('toolRemoval', 'weather')])).toBe('end_turn');
    expect(await ask([change('toolRemoval', 'weather'), change('toolAddition', 'weather')])).toBe(
      'tool_use',
    );
    await expect(ask([change('toolAddition', 'submarine')])).rejects.toThrow('submarine');
    const misplaced: Message = {
      role: 'user',
      content: [{ toolRemoval: { tool: { name: 'weather' } } }],
    };
    await expect(bedrock.ask({ modelId: opus, messages: [misplaced] })).rejects.toThrow(
      'only supported for system turns',
    );
  });
});
