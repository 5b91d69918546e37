import { expect, test } from 'vitest';
import { findModel } from '#local/bedrock/model/models.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import type { AnswerEvent, SourceEvent } from '#local/bedrock/turn/answer.ts';
import { createAnswerCollector, type AnswerBlock } from '#local/bedrock/turn/whole-answer.ts';
import { createChunkReader } from '#local/bedrock/upstream/read-chunks.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

const tools = ['get', 'get_weather', 'send'].map((name) => ({
  name,
  description: '',
  inputSchema: {},
}));

const turn = { ...plainTurn(model, { messages: [textMessage('user', 'Hi')] }), tools };
const noInput = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrites: [] };

const none = undefined;

/** A fragment of a tool call, without what is undefined. */
type Fragment = readonly [
  index?: number | undefined,
  id?: string | undefined,
  name?: string | undefined,
  json?: unknown,
];

const fragment = ([index, id, name, json]: Fragment): object => ({
  ...(index === undefined ? {} : { index }),
  ...(id === undefined ? {} : { id }),
  function: {
    ...(name === undefined ? {} : { name }),
    ...(json === undefined ? {} : { arguments: json }),
  },
});

const isAnswerEvent = (event: SourceEvent): event is AnswerEvent =>
  !['fault', 'wait', 'pace', 'fragment'].includes(event.type);

/** Returns the blocks of deltas. Fails if a block begins before the one before it has ended. */
function read(deltas: readonly object[]): readonly AnswerBlock[] {
  const reader = createChunkReader(turn, noInput);
  const collector = createAnswerCollector();
  const open: number[] = [];
  const last = { choices: [{ delta: {}, finish_reason: 'tool_calls' }] };
  const chunks = [...deltas.map((delta) => ({ choices: [{ delta }] })), last];
  const events = chunks.values().flatMap((chunk) => reader.read(chunk));
  for (const event of [...events, ...reader.end()]) {
    if (!isAnswerEvent(event)) continue;
    collector.add(event);
    if (event.type === 'block-start') open.push(event.index);
    if (event.type === 'block-stop') open.pop();
    expect(open.length).toBeLessThan(2);
  }
  return collector.whole().blocks;
}

const calls = (...chunks: readonly (readonly Fragment[])[]): readonly string[] =>
  read(chunks.map((fragments) => ({ tool_calls: fragments.map(fragment) }))).flatMap((block) =>
    block.type === 'tool-use' ? [`${block.toolUseId} ${block.name} ${block.inputJson}`] : [],
  );

const two = ['a get {"x":1}', 'b send {"y":2}'];

test.each<[string, readonly (readonly Fragment[])[]]>([
  [
    'by index alone',
    [
      [[0, 'a', 'get', '']],
      [[1, 'b', 'send', '']],
      [[0, none, none, '{"x"']],
      [[1, none, none, '{"y"']],
      [[0, none, none, ':1}']],
      [[1, none, none, ':2}']],
    ],
  ],
  [
    'in chunks that have both',
    [
      [
        [0, 'a', 'get', '{"x'],
        [1, 'b', 'send', '{'],
      ],
      [
        [1, none, none, '"y":'],
        [0, none, none, '":1'],
      ],
      [
        [0, none, none, '}'],
        [1, none, none, '2}'],
      ],
    ],
  ],
  [
    'from index 1',
    [
      [[1, 'a', 'get', '{"x"']],
      [[2, 'b', 'send', '{"y"']],
      [[2, none, none, ':2}']],
      [[1, none, none, ':1}']],
    ],
  ],
  [
    'with the ids and names repeated',
    [
      [[0, 'a', 'get', '{"x"']],
      [[1, 'b', 'send', '{"y"']],
      [[0, 'a', 'get', ':1}']],
      [[1, 'b', 'send', ':2}']],
    ],
  ],
  [
    'with ids and without indexes',
    [
      [[none, 'a', 'get', '{"x"']],
      [[none, 'b', 'send', '{"y"']],
      [[none, 'a', '', ':1}']],
      [[none, 'b', '', ':2}']],
    ],
  ],
  [
    'one after the other, without indexes and with ids at the start only',
    [
      [[none, 'a', 'get', '{"x"']],
      [[none, none, none, ':1}']],
      [[none, 'b', 'send']],
      [[none, none, none, '{"y":2}']],
    ],
  ],
  [
    'with empty ids and null in later fragments',
    [
      [[0, 'a', 'get', null]],
      [[1, 'b', 'send', '{"y":2']],
      [[0, '', '', '{"x":1}']],
      [[1, '', '', '}']],
    ],
  ],
  [
    'whole, with objects as arguments',
    [
      [
        [none, 'a', 'get', { x: 1 }],
        [none, 'b', 'send', { y: 2 }],
      ],
    ],
  ],
  [
    'whole, with the index 0 for both',
    [[[0, 'a', 'get', '{"x":1}']], [[0, 'b', 'send', '{"y":2}']]],
  ],
  [
    'with the whole call again at the end',
    [[[0, 'a', 'get', '{"x":1}']], [[1, 'b', 'send', '{"y":2}']], [[0, 'a', 'get', '{"x":1}']]],
  ],
  [
    'with spaces after the arguments',
    [[[0, 'a', 'get', '{"x":1}']], [[1, 'b', 'send', '{"y":2}']], [[0, none, none, ' \n']]],
  ],
  [
    'with the names in pieces',
    [
      [[0, 'a', 'g']],
      [[1, 'b', 'se']],
      [[0, none, 'et']],
      [[1, none, 'nd', '{"y"']],
      [[0, none, none, '{"x":1}']],
      [[1, none, none, ':2}']],
    ],
  ],
  [
    'with ids that come later than names',
    [
      [[0, none, 'get']],
      [[0, 'a', none, '{"x":1}']],
      [[1, none, 'send']],
      [[1, 'b', none, '{"y":2}']],
    ],
  ],
])('two calls are kept apart: %s', (_, chunks) => {
  expect(calls(...chunks)).toEqual(two);
});

test('a name in pieces can begin with the name of another tool', () => {
  expect(calls([[0, 'a', 'get']], [[0, none, '_weather']], [[0, none, none, '{}']])).toEqual([
    'a get_weather {}',
  ]);
});

test('calls without ids, or with one id, get ids of their own', () => {
  const whole: Fragment = [none, none, 'send', '{}'];
  for (const fragments of [[whole], [whole]] as const)
    expect(calls(fragments, [whole])).toHaveLength(2);
  const [first, second] = calls([[0, 'a', 'send', '{}']], [[1, 'a', 'send', '{}']]);
  expect(first).toBe('a send {}');
  expect(second).toMatch(/^[\w]{20,} send \{\}$/u);
});

test('two calls of one tool without arguments, ids and indexes are two calls', () => {
  expect(
    calls([
      [none, none, 'send'],
      [none, none, 'send'],
    ]),
  ).toHaveLength(2);
});

test('braces in texts do not end the arguments', () => {
  const json = JSON.stringify({ text: 'a}\\"}]{', list: [{ a: 1 }, {}] });
  const pieces = Array.from(json).flatMap((part): readonly Fragment[][] => [
    [[0, none, none, part]],
    [[1, none, none, part]],
  ]);
  expect(calls([[0, 'a', 'get']], [[1, 'b', 'send']], ...pieces)).toEqual([
    `a get ${json}`,
    `b send ${json}`,
  ]);
});

test('text in the middle of a call comes after it', () => {
  const blocks = read([
    { content: 'I look.' },
    { tool_calls: [fragment([0, 'a', 'get', '{"x"'])], content: '\n' },
    { content: 'Wait.' },
    { tool_calls: [fragment([0, none, none, ':1}'])] },
  ]);
  expect(blocks.map((block) => (block.type === 'tool-use' ? block.inputJson : block.text))).toEqual(
    ['I look.\n', '{"x":1}', 'Wait.'],
  );
});

test('a call without a name is an error of the upstream', () => {
  expect(() => calls([[0, 'a', '', '{}']])).toThrow('a tool call has no name');
});
