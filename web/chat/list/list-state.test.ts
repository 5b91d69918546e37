import { expect, test } from 'vitest';
import {
  emptyList,
  shownConversations,
  withChange,
  withoutChange,
  withPage,
  type Change,
  type ListState,
} from './list-state.ts';

const page = (...titles: string[]) => ({
  conversations: titles.map((title) => ({
    conversation_id: title,
    title,
    created_at: '2026-11-30T00:00:00Z',
    updated_at: '2026-11-30T00:00:00Z',
  })),
});
const titlesOf = (state: ListState): readonly string[] | undefined =>
  shownConversations(state)?.map(({ title }) => title);
const loaded = withPage(emptyList, page('a', 'b'), false);

test('a page that overlaps the list adds what is new', () => {
  expect(titlesOf(withPage(loaded, page('b', 'c'), true))).toEqual(['a', 'b', 'c']);
  expect(titlesOf(withPage(loaded, page('c', 'a'), false))).toEqual(['c', 'a']);
});

test('a change is shown at once and outlives a list that was read before it', () => {
  const deleted = withChange(loaded, 'a', { type: 'deleted' });
  const renamed = withChange(deleted, 'b', { type: 'renamed', title: 'B' });
  expect(titlesOf(renamed)).toEqual(['B']);
  expect(titlesOf(withPage(renamed, page('a', 'b'), false))).toEqual(['B']);
});

test('a change that failed is taken back, unless another one has come after it', () => {
  const first: Change = { type: 'renamed', title: 'first' };
  const second = withChange(withChange(loaded, 'a', first), 'a', {
    type: 'renamed',
    title: 'second',
  });
  expect(titlesOf(withoutChange(second, 'a', first))).toEqual(['second', 'b']);
  expect(titlesOf(withoutChange(withChange(loaded, 'a', first), 'a', first))).toEqual(['a', 'b']);
});
