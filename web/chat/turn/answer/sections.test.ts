import { expect, test } from 'vitest';
import type { CitationBlock, ContentBlock } from '#domain/conversation/message.ts';
import { toAnswerParts, toCited, withChips } from './sections.ts';

const call = (toolUseId: string) =>
  ({ type: 'tool-use', toolUseId, name: 'add', inputJson: '{}' }) as const;
const result = (toolUseId: string) => ({ type: 'tool-result', toolUseId, text: 'Ok' }) as const;
const text = (words: string) => ({ type: 'text', text: words }) as const;
const passage = { text: 'Rain falls.', source: 's3://bucket/docs/rain.md' };
const cite = (end: number, source = passage.source): CitationBlock => ({
  type: 'citation',
  span: { start: 0, end },
  passages: [{ ...passage, source }],
});

const shown = (content: readonly ContentBlock[], isStreaming = false) =>
  toAnswerParts(content, isStreaming).sections.map((section) => {
    if (section.type === 'text') return section.text;
    if (section.type === 'thought') return 'thought';
    return section.calls.map((each) => (each.type === 'tool' ? each.state : 'search'));
  });

test('calls and searches that follow each other share a card, with their results', () => {
  const search = { type: 'retrieval', query: 'rain', passages: [passage] } as const;
  expect(
    shown([
      search,
      { type: 'reasoning', text: 'Hm.' },
      text('Look.'),
      call('a'),
      call('b'),
      result('b'),
      { ...result('a'), isError: true },
      call('c'),
      { ...result('c'), isError: true, isDenied: true },
      text('\n\nDone.'),
    ]),
  ).toEqual([['search'], 'thought', 'Look.', ['failed', 'done', 'denied'], '\n\nDone.']);
});

test('a call without a result runs while the answer streams, and is unfinished after it', () => {
  expect(shown([call('a')], true)).toEqual([['running']]);
  expect(shown([call('a')])).toEqual([['unfinished']]);
});

test('a call that waits for a decision is no card, and is one after it', () => {
  const asked: readonly ContentBlock[] = [call('a'), { type: 'approval', toolUseId: 'a' }];
  expect(toAnswerParts(asked, false)).toMatchObject({ sections: [], waiting: [call('a')] });
  expect(toAnswerParts([...asked, result('a')], true)).toMatchObject({ waiting: [] });
  expect(shown([...asked, result('a')])).toEqual([['done']]);
});

test('text that citations divide is one text', () => {
  expect(shown([text('Rain'), cite(4), text(' falls.')])).toEqual(['Rain falls.']);
});

test('sources are numbered in the order of their first citation', () => {
  const { sources, chips } = toCited([cite(4, 'b'), cite(9, 'a'), cite(12, 'b')]);
  expect(sources.map(({ number, source }) => [number, source])).toEqual([
    [1, 'b'],
    [2, 'a'],
  ]);
  expect(chips.map(({ number }) => number)).toEqual([1, 2, 1]);
});

test.each([
  ['Rain falls. [3] Yes.', 11, 'Rain falls.[1](#cite-0) Yes.'],
  ['Rain falls.[3][4] Yes.', 11, 'Rain falls.[1](#cite-0)[4] Yes.'],
  ['Rain falls. Yes.', 11, 'Rain falls.[1](#cite-0) Yes.'],
  ['Rain!', 5, 'Rain!\u2060[1](#cite-0)'],
  ['```\nrain\n```', 8, '```\nrain\n```'],
])('in %j a citation at %d becomes %j', (words, at, expected) => {
  expect(withChips(words, 0, toCited([cite(at)]).chips)).toBe(expected);
});

test('citations belong to the part of the text in which they are', () => {
  const { chips } = toCited([cite(4), cite(14)]);
  expect(withChips('Rain', 0, chips)).toBe('Rain[1](#cite-0)');
  expect(withChips('Sun shines', 4, chips)).toBe('Sun shines[1](#cite-1)');
});
