import Anthropic from '@anthropic-ai/sdk';
import type { ConverseCommandInput, Message } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, startBedrock, user, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

type Request = Pick<
  Anthropic.MessageCreateParamsNonStreaming,
  'model' | 'max_tokens' | 'messages' | 'tools'
>;

describe("tools that Anthropic's API runs", () => {
  const client = (): Anthropic =>
    new Anthropic({ baseURL: `${bedrock.url}/anthropic`, apiKey: 'key', maxRetries: 0 });
  const request = (content: string, tool: Anthropic.ToolUnion): Request => ({
    model: haiku,
    max_tokens: 500,
    messages: [{ role: 'user', content }],
    tools: [tool],
  });

  test.each([
    [
      'web search',
      request('Search the web for tea.', { type: 'web_search_20250305', name: 'web_search' }),
      ['server_tool_use', 'web_search_tool_result'],
    ],
    [
      'the first code execution',
      request('Compute 6 * 7 with code.', {
        type: 'code_execution_20250522',
        name: 'code_execution',
      }),
      ['server_tool_use', 'code_execution_tool_result'],
    ],
    [
      'code execution',
      request('Compute 6 * 7 with code.', {
        type: 'code_execution_20250825',
        name: 'code_execution',
      }),
      ['server_tool_use', 'bash_code_execution_tool_result'],
    ],
  ])(
    '%s has its blocks, whole and streamed, and says that it is simulated',
    async (_, body, kinds) => {
      const streamed = await client().messages.stream(body).finalMessage();
      const whole = await client().messages.create({ ...body, stream: false });
      expect(whole.content.slice(0, 2).map(({ type }) => type)).toEqual(kinds);
      expect(streamed.content).toEqual(whole.content);
      expect(streamed.usage.server_tool_use).toEqual(whole.usage.server_tool_use);
      expect(JSON.stringify(whole.content)).toContain('simulated');
      expect(whole.stop_reason).toBe('end_turn');
      const next = await client().messages.create({
        ...body,
        stream: false,
        messages: [
          ...body.messages,
          { role: 'assistant', content: whole.content },
          { role: 'user', content: 'Thanks. Now say hello.' },
        ],
      });
      expect(next.stop_reason).toBe('end_turn');
    },
  );

  test('what was found in the web is cited and counted', async () => {
    const { content, usage } = await client().messages.create({
      ...request('Search the web for tea.', { type: 'web_search_20250305', name: 'web_search' }),
      stream: false,
    });
    const citations = content.flatMap((block) =>
      block.type === 'text' ? (block.citations ?? []) : [],
    );
    expect(citations).toMatchObject([
      { type: 'web_search_result_location', url: expect.stringContaining('https://example.com/') },
    ]);
    expect(usage.server_tool_use).toEqual({ web_search_requests: 1, web_fetch_requests: 0 });
  });

  test('a tool that is not loaded is searched for before it is called', async () => {
    const { content } = await client().messages.create({
      model: haiku,
      max_tokens: 500,
      messages: [{ role: 'user', content: 'Use the weather tool.' }],
      tools: [
        { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' },
        { name: 'weather', input_schema: { type: 'object' }, defer_loading: true },
      ],
    });
    expect(content.filter(({ type }) => type !== 'text')).toMatchObject([
      { type: 'server_tool_use', name: 'tool_search_tool_regex', input: { pattern: 'weather' } },
      {
        type: 'tool_search_tool_result',
        content: { tool_references: [{ type: 'tool_reference', tool_name: 'weather' }] },
      },
      { type: 'tool_use', name: 'weather' },
    ]);
  });
});

describe('tools that Nova runs', () => {
  const modelId = 'us.amazon.nova-2-lite-v1:0';
  const ask = (name: string, text: string): Partial<ConverseCommandInput> => ({
    modelId,
    messages: [user(text)],
    toolConfig: { tools: [{ systemTool: { name } }] },
  });

  test('web grounding has a hidden result and cites addresses', async () => {
    const { output } = await bedrock.ask(ask('nova_grounding', 'Search the web for tea.'));
    const content = output?.message?.content ?? [];
    const toolUseId = content[0]?.toolUse?.toolUseId;
    expect(content.slice(0, 2)).toEqual([
      {
        toolUse: {
          toolUseId,
          name: 'nova_grounding',
          input: { query: expect.any(String) },
          type: 'server_tool_use',
        },
      },
      {
        toolResult: {
          toolUseId,
          content: [{ text: '[HIDDEN]' }],
          status: 'success',
          type: 'nova_grounding_result',
        },
      },
    ]);
    expect(content.map(({ text }) => text).join('')).toContain('this search result is simulated');
    expect(content.at(-1)?.citationsContent).toEqual({
      citations: [
        { location: { web: { domain: 'example.com', url: expect.stringContaining('https://') } } },
      ],
    });
  });

  test('the code interpreter has its output as JSON, and a conversation goes on after it', async () => {
    const request = ask('nova_code_interpreter', 'Calculate 6 * 7');
    const { output } = await bedrock.ask(request);
    const result = output?.message?.content?.[1]?.toolResult;
    expect(result).toMatchObject({ type: 'nova_code_interpreter_result', status: 'success' });
    expect(JSON.parse(result?.content?.[0]?.text ?? '')).toEqual({
      stdOut: expect.stringMatching(/^42\n.*simulated/u),
      stdErr: '',
      exitCode: 0,
      isError: false,
    });
    const answer: Message = { role: 'assistant', content: output?.message?.content };
    const next = await bedrock.ask({
      ...request,
      messages: [...(request.messages ?? []), answer, user('Thanks. Now say hello.')],
    });
    expect(next.stopReason).toBe('end_turn');
  });

  test('their blocks are streamed', async () => {
    const events = await bedrock.stream(ask('nova_grounding', 'Search the web for tea.'));
    expect(events.slice(1, 7).map((event) => Object.values(event)[0] as object)).toMatchObject([
      { contentBlockIndex: 0, start: { toolUse: { type: 'server_tool_use' } } },
      { contentBlockIndex: 0, delta: { toolUse: { input: expect.stringContaining('query') } } },
      { contentBlockIndex: 0 },
      { contentBlockIndex: 1, start: { toolResult: { type: 'nova_grounding_result' } } },
      { contentBlockIndex: 1, delta: { toolResult: [{ text: '[HIDDEN]' }] } },
      { contentBlockIndex: 1 },
    ]);
    const citations = events.flatMap(
      ({ contentBlockDelta }) => contentBlockDelta?.delta?.citation ?? [],
    );
    expect(citations).toMatchObject([{ location: { web: { domain: 'example.com' } } }]);
  });
});
