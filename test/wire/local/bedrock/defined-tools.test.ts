import Anthropic from '@anthropic-ai/sdk';
import type { ConverseCommandInput, Message } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  haiku,
  novaLite,
  startBedrock,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

interface Content {
  readonly type: string;
  readonly name?: string;
  readonly input?: unknown;
}

const beta = 'computer-use-2025-11-24';
const display = { display_width_px: 1_024, display_height_px: 768 };

const tools = [
  ['bash', { type: 'bash_20250124', name: 'bash' }, { command: expect.any(String) }],
  [
    'the text editor',
    { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
    { command: 'view', path: expect.any(String) },
  ],
  [
    'the computer',
    { type: 'computer_20251124', name: 'computer', ...display },
    { action: 'screenshot' },
  ],
  ['memory', { type: 'memory_20250818', name: 'memory' }, { command: 'view', path: '/memories' }],
] as const;

async function invoke(body: object, modelId = haiku): Promise<{ status: number; text: string }> {
  const response = await bedrock.post(`/model/${modelId}/invoke`, {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 500,
    ...body,
  });
  return { status: response.status, text: await response.text() };
}

describe.each(tools)('%s, which Anthropic defines,', (_, tool, input) => {
  const question = `Use the ${tool.name} tool.`;

  test('is called by InvokeModel', async () => {
    const { text } = await invoke({
      anthropic_beta: [beta],
      tools: [tool],
      messages: [{ role: 'user', content: question }],
    });
    const { content } = JSON.parse(text) as { content: readonly Content[] };
    expect(content.at(-1)).toMatchObject({ type: 'tool_use', name: tool.name, input });
  });

  test('is called by Converse', async () => {
    const additionalModelRequestFields = { tools: [tool], anthropic_beta: [beta] };
    const ask = { messages: [user(question)], additionalModelRequestFields };
    const { output, stopReason } = await bedrock.ask(ask);
    expect(stopReason).toBe('tool_use');
    expect(output?.message?.content?.at(-1)?.toolUse).toMatchObject({ name: tool.name, input });
    const events = await bedrock.stream(ask);
    const starts = events.flatMap(({ contentBlockStart }) => contentBlockStart?.start ?? []);
    expect(starts).toMatchObject([{ toolUse: { name: tool.name } }]);
  });
});

describe('refusals', () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const tag = (type: string): string =>
    `tools.0: Input tag '${type}' found using 'type' does not match any of the expected tags: 'bash_20250124', `;

  test.each([
    ['web search', { type: 'web_search_20250305', name: 'web_search' }, tag('web_search_20250305')],
    [
      'code',
      { type: 'code_execution_20250825', name: 'code_execution' },
      tag('code_execution_20250825'),
    ],
    ['an unknown tool', { type: 'toaster_20301231', name: 'toaster' }, tag('toaster_20301231')],
    [
      'a computer without its beta',
      { type: 'computer_20251124', name: 'computer', ...display },
      tag('computer_20251124'),
    ],
    [
      'another name',
      { type: 'bash_20250124', name: 'shell' },
      "tools.0.bash_20250124.name: Input should be 'bash'",
    ],
    ['no schema', { name: 'look' }, 'tools.0.custom.input_schema: Field required'],
  ])('%s is refused by InvokeModel and by Converse', async (_, tool, words) => {
    const { status, text } = await invoke({ tools: [tool], messages });
    expect(status).toBe(400);
    expect((JSON.parse(text) as Error).message).toContain(words);
    await expect(bedrock.ask({ additionalModelRequestFields: { tools: [tool] } })).rejects.toThrow(
      `The model returned the following errors: ${words}`,
    );
  });

  test('a computer needs the size of its display', async () => {
    const tool = { type: 'computer_20251124', name: 'computer' };
    const { text } = await invoke({ anthropic_beta: [beta], tools: [tool], messages });
    expect(text).toContain('tools.0.computer_20251124.display_width_px: Field required');
  });

  test.each([
    [novaLite, 'nova_grounding'],
    [haiku, 'nova_grounding'],
    ['us.amazon.nova-2-lite-v1:0', 'nova_toaster'],
  ])('%s has no system tool %s', async (modelId, name) => {
    const toolConfig = { tools: [{ systemTool: { name } }] };
    await expect(bedrock.ask({ modelId, toolConfig })).rejects.toThrow(
      `This model doesn't support the system tool ${name}.`,
    );
  });
});

describe("tools that Anthropic's API runs", () => {
  const client = (): Anthropic =>
    new Anthropic({ baseURL: `${bedrock.url}/anthropic`, apiKey: 'key', maxRetries: 0 });
  const request = (content: string, tool: Anthropic.ToolUnion): Anthropic.MessageStreamParams => ({
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
