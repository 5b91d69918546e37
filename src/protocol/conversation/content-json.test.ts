import { expect, test } from 'vitest';
import * as v from 'valibot';
import type { ContentBlock } from '#domain/conversation/message.ts';
import { parseExactJson } from '#domain/json.ts';
import { contentJson } from '#protocol/conversation/answer-schema.ts';
import { fromContentJson, toContentJson } from '#protocol/conversation/content-json.ts';

const call = (toolUseId: string, inputJson = '{"x":1}') =>
  ({ type: 'tool-use', toolUseId, name: 'add', inputJson }) as const;
const result = (toolUseId: string) => ({ type: 'tool-result', toolUseId, text: 'Ok' }) as const;

/** The blocks in the public JSON, after a check against the published schema. */
const jsonOf = (...content: readonly ContentBlock[]): object[] =>
  v.parse(contentJson, toContentJson({ content }));

test('the blocks of an answer are in their order, without empty text', () => {
  const passage = { text: 'Rain.', source: 's3://b/rain.txt' };
  expect(
    jsonOf(
      { type: 'retrieval', query: 'weather', passages: [passage] },
      { type: 'reasoning', text: 'Hm.', signature: 'secret', durationMs: 1_250 },
      { type: 'text', text: '' },
      { type: 'text', text: 'It rains.' },
      { type: 'citation', span: { start: 0, end: 9 }, passages: [passage] },
      { type: 'citation', passages: [passage] },
    ),
  ).toEqual([
    { type: 'search', query: 'weather', passages: [passage] },
    { type: 'reasoning', text: 'Hm.', seconds: 1.25 },
    { type: 'text', text: 'It rains.' },
    { type: 'citation', span: { start: 0, end: 9 }, passages: [passage] },
    { type: 'citation', passages: [passage] },
  ]);
});

test('numbers in the input of a call keep their digits', () => {
  const use = call('a', '{"order":12345678901234567890,"share":0.12345678901234567891}');
  const json = JSON.stringify(jsonOf(use));
  expect(json).toContain(`"input":${use.inputJson}`);
  const read = v.parse(contentJson, parseExactJson(json));
  expect(fromContentJson(read)).toEqual([use]);
});

test('a tool call has its result, in whatever order the results arrived', () => {
  expect(
    jsonOf(call('a'), call('b', ''), result('b'), { ...result('a'), durationMs: 300 }),
  ).toEqual([
    {
      type: 'tool_call',
      tool_use_id: 'a',
      name: 'add',
      input: { x: 1 },
      status: 'done',
      result: 'Ok',
      seconds: 0.3,
    },
    { type: 'tool_call', tool_use_id: 'b', name: 'add', input: {}, status: 'done', result: 'Ok' },
  ]);
});

test.each<[string, readonly ContentBlock[]]>([
  ['failed', [{ ...result('a'), isError: true }]],
  ['denied', [{ ...result('a'), isError: true, isDenied: true }]],
  ['waiting', [{ type: 'approval', toolUseId: 'a' }]],
  ['unfinished', [{ type: 'approval', toolUseId: 'b' }, result('c')]],
])('a call is %s', (status, blocks) => {
  expect(jsonOf(call('a'), ...blocks)).toMatchObject([{ type: 'tool_call', status }]);
});

test('a call that was cut off has its input as text', () => {
  expect(jsonOf(call('a', '{"x":'))).toMatchObject([{ input: '{"x":', status: 'unfinished' }]);
});

test('the blocks are read as they were written', () => {
  const passage = { text: 'Rain.', source: 's3://b/rain.txt' };
  const content: readonly ContentBlock[] = [
    { type: 'retrieval', query: 'weather', passages: [passage] },
    { type: 'reasoning', text: 'Hm.', durationMs: 1_250 },
    call('a'),
    { ...result('a'), durationMs: 300 },
    call('b'),
    { ...result('b'), isError: true },
    call('c'),
    { ...result('c'), isError: true, isDenied: true },
    { type: 'text', text: 'It rains.' },
    { type: 'citation', span: { start: 0, end: 9 }, passages: [passage] },
    call('d', '{"x":'),
    call('e'),
    { type: 'approval', toolUseId: 'e' },
  ];
  expect(fromContentJson(toContentJson({ content }))).toEqual(content);
});
