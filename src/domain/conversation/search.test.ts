import { expect, test } from 'vitest';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import {
  excerptOf,
  foldText,
  matchConversation,
  searchableText,
  wordsOf,
} from '#domain/conversation/search.ts';

const turnOf = (question: string, answer = 'Yes.') => ({
  question: userMessage(question),
  answer: assistantMessage(answer),
});

test.each([
  ['Ｒｉｖｅｒ　ＤＥＬＴＡ', ['river', 'delta']],
  ['ﾊﾟﾘ パリ', ['パリ']],
  ['  Zoë\n zoe\u0308 ', ['zoë']],
  ['ΟΔΟΣ', ['οδοσ']],
  ['かな カナ', ['かな', 'カナ']],
  [' \u3000 ', []],
])('the words of %j are %j', (query, words) => {
  expect(wordsOf(query)).toEqual(words);
});

test('a conversation contains all words together, in its title and in any turns', () => {
  const turns = ['the lake is deep', 'the sea is deeper', 'a lake in the hills'].map((text) => ({
    text,
  }));
  const [newest, , oldest] = turns;
  expect(matchConversation(['lake'], '', turns)).toEqual({ turn: newest });
  expect(matchConversation(['lake', 'sea'], '', turns)).toEqual({ turn: newest });
  expect(matchConversation(['lake', 'sea', 'hills'], '', turns)).toEqual({ turn: oldest });
  expect(matchConversation(['lake', 'alps'], 'The Alps', turns)).toEqual({ turn: newest });
  expect(matchConversation(['alps'], 'The Alps', turns)).toEqual({ turn: undefined });
  expect(matchConversation(['lake', 'moon'], 'The Alps', turns)).toBeUndefined();
});

test('the text of a turn has its question and its answer, but at most 32,000 characters of each', () => {
  expect(searchableText(turnOf('How DEEP?', 'Very\ndeep.'))).toBe('how deep?\nvery\ndeep.');
  // One character that becomes eighteen.
  const text = searchableText(turnOf('\u{FDFA}'.repeat(40_000), 'x'.repeat(40_000)));
  expect(text.split('\n').map(({ length }) => length)).toEqual([32_000, 32_000]);
});

test('no character is cut in two', () => {
  const text = searchableText(turnOf(`x${'👋'.repeat(20_000)}`, `x${'㌔'.repeat(20_000)}`));
  expect(text.isWellFormed()).toBe(true);
});

test('an excerpt is the text around the first match, as it was written, in 160 characters', () => {
  const before = 'one two three '.repeat(20);
  const excerpt = excerptOf(turnOf(`${before}\n\nＬａｋｅ Biwa ${'x '.repeat(200)}`), [
    'biwa',
    'lake',
  ]);
  expect(excerpt).toMatch(/^…two three (?:one two three ){2}Ｌａｋｅ Biwa x .*…$/u);
  expect(excerpt?.length).toBeLessThanOrEqual(162);
  expect(excerptOf(turnOf('Short lake.'), ['lake'])).toBe('Short lake.');
  expect(excerptOf(turnOf('Question', 'The answer.'), ['answer'])).toBe('The answer.');
  expect(excerptOf(turnOf('Question'), ['lake'])).toBeUndefined();
});

test('an excerpt is found where folding changes the length of the text', () => {
  for (const before of ['ｶﾞｷﾞｸﾞ', '㌔㍍', 'ﷺ', '👩‍👩‍👧‍👦', 'e\u0301', 'İ']) {
    const excerpt = excerptOf(turnOf(`${before.repeat(30)}琵琶湖の深さ`), [foldText('琵琶湖')]);
    expect(excerpt).toContain('琵琶湖の深さ');
    expect(excerpt?.indexOf('琵琶湖')).toBeLessThanOrEqual(1 + 40 * before.length);
  }
});
