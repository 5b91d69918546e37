import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { askClaude, askConverse, distinct } from '#test/fixtures/bedrock-routes.ts';
import { modelError, sonnet46 } from '#test/fixtures/model-requests.ts';
import {
  again,
  answerOf,
  enabled,
  history,
  question,
  reasoning,
} from '#test/fixtures/reasoning-requests.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const toolConfig = {
  tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }],
};

describe('the place of reasoning', () => {
  const use = (id: string): object => ({ toolUse: { toolUseId: id, name: 'look', input: {} } });
  const result = (id: string): object => ({
    role: 'user',
    content: [{ toolResult: { toolUseId: id, content: [{ text: 'ok' }] } }],
  });
  const loop = (...turns: readonly (readonly object[])[]): object => ({
    ...enabled,
    toolConfig,
    messages: [
      question,
      ...turns.flatMap((content, index) => [{ role: 'assistant', content }, result(`t${index}`)]),
    ],
  });
  const expected = (found: string): string =>
    `messages.1.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${found}\`. ` +
    'When `thinking` is enabled, a final `assistant` message must start with a thinking block ' +
    '(preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include ' +
    'thinking blocks from previous turns. To avoid this requirement, disable `thinking`. Please ' +
    'consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking';

  test('with thinking enabled, tool uses follow reasoning, on every route', async () => {
    expect(distinct(await askConverse(bedrock, { ...loop([use('t0')]) }))).toEqual([
      `400 ${modelError}${expected('tool_use')}`,
    ]);
    expect(
      distinct(
        await askConverse(bedrock, { ...loop([{ text: 'I look' }, use('t0')], [use('t1')]) }),
      ),
    ).toEqual([`400 ${modelError}${expected('text')}`]);
    const native = {
      ...enabled.additionalModelRequestFields,
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'Hello there' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't0', name: 'look', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't0', content: 'ok' }] },
      ],
    };
    expect(distinct(await askClaude(bedrock, native))).toEqual([`400 ${expected('tool_use')}`]);
  });

  test('reasoning before the first of several tool uses suffices, as do finished turns without it', async () => {
    const [first] = await answerOf(bedrock);
    const begun = loop([first ?? {}, use('t0')], [use('t1')]);
    expect(distinct(await askConverse(bedrock, { ...begun }))).toEqual(['200']);
    const finished = { ...loop([use('t0')]), toolConfig };
    const messages = [
      question,
      { role: 'assistant', content: [use('t0')] },
      result('t0'),
      { role: 'assistant', content: [{ text: 'Done' }] },
      again,
    ];
    expect(distinct(await askConverse(bedrock, { ...finished, messages }))).toEqual(['200']);
  });

  test('neither models with adaptive thinking nor requests without thinking need it', async () => {
    expect(distinct(await askConverse(bedrock, { ...loop([use('t0')]) }, sonnet46))).toEqual([
      '200',
    ]);
    expect(
      distinct(
        await askConverse(bedrock, { ...loop([use('t0')]), additionalModelRequestFields: {} }),
      ),
    ).toEqual(['200']);
  });

  test('reasoning stands before the rest of its message, and never alone', async () => {
    const [first] = await answerOf(bedrock);
    expect(
      distinct(await askConverse(bedrock, history({ text: 'Hi' }, first ?? {}, { text: 'ho' }))),
    ).toEqual([
      `400 ${modelError}messages.1.content.0: If an assistant message contains any thinking blocks, the ` +
        'first block must be `thinking` or `redacted_thinking`. Found `text`.',
    ]);
    expect(distinct(await askConverse(bedrock, history(first ?? {})))).toEqual([
      `400 ${modelError}messages.1: The final block in an assistant message cannot be \`thinking\`.`,
    ]);
  });

  test('while thinking is disabled, reasoning before tool uses is refused only on demand', async () => {
    const [first] = await answerOf(bedrock);
    const body = { ...loop([first ?? {}, use('t0')]), additionalModelRequestFields: {} };
    expect(distinct(await askConverse(bedrock, body))).toEqual(['200']);
    const strict = await startBedrock({ enabledRules: ['reasoning-disabled'] });
    const refusals = distinct(await askConverse(strict, body));
    await strict.close();
    expect(refusals).toEqual([
      `400 ${modelError}messages.1.content.0: When thinking is disabled, an \`assistant\` message in the ` +
        'final position cannot contain `thinking`. To use thinking blocks, enable `thinking` in your request.',
    ]);
  });

  test('reasoning in a message of the user is refused', async () => {
    const messages = [{ role: 'user', content: [reasoning('hm'), { text: 'Hi' }] }];
    expect(distinct(await askConverse(bedrock, { messages }))).toEqual([
      '400 User messages cannot contain reasoning content. Please remove the reasoning content and try again.',
    ]);
  });
});
