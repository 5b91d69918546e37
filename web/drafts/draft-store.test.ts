import { expect, test } from 'vitest';
import { createDraftStore } from './draft-store.ts';

test('a draft is read back, and forgotten when it is empty', () => {
  const drafts = createDraftStore();
  let changes = 0;
  drafts.subscribe(() => (changes += 1));
  drafts.write('a.draft.1', 'half a th');
  expect([drafts.read('a.draft.1'), changes]).toEqual(['half a th', 1]);
  drafts.write('a.draft.1', '');
  expect(drafts.read('a.draft.1')).toBe('');
});

test('what is written while a conversation begins becomes its draft', () => {
  const drafts = createDraftStore();
  drafts.write('a.draft.new', 'and then');
  drafts.rename('a.draft.new', 'a.draft.1');
  expect(drafts.read('a.draft.new')).toBe('');
  expect(drafts.read('a.draft.1')).toBe('and then');
});

test('forgetting the drafts of one account leaves those of others', () => {
  const drafts = createDraftStore();
  drafts.write('a.draft.1', 'one');
  drafts.write('ab.draft.1', 'two');
  drafts.forget('a');
  expect([drafts.read('a.draft.1'), drafts.read('ab.draft.1')]).toEqual(['', 'two']);
});
