import { expect, test } from 'vitest';
import { failureReasons } from '#domain/document/document-failure.ts';
import { failureOf } from './document-state.ts';
import { documentsWords } from './words.ts';

test.each(failureReasons)('the reason %s has words in both languages', (reason) => {
  const error = { code: 'invalid_request', reason, detail: 'In English.' } as const;
  expect(failureOf({ error }, documentsWords.en)).toMatch(/^[A-Z].+\.$/u);
  expect(failureOf({ error }, documentsWords.ja)).toMatch(/。$/u);
});

test('a failure without a reason is said as it is stored, or that it is not known', () => {
  const error = { code: 'invalid_request', detail: 'The PDF has no text.' } as const;
  expect(failureOf({ error }, documentsWords.en)).toBe('The PDF has no text.');
  expect(failureOf({ error }, documentsWords.ja)).toMatch(/^理由は記録されていません。/u);
  expect(failureOf({}, documentsWords.ja)).toBeUndefined();
});
