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
