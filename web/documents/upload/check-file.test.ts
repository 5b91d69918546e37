import { expect, test } from 'vitest';
import { checkFile, documentName } from './check-file.ts';

test.each([
  ['a.pdf', 1, undefined],
  ['NOTES.MD', 25 * 1_048_576, undefined],
  ['a.pdf', 25 * 1_048_576 + 1, 'too-large'],
  ['a.html', 0, 'empty'],
  ['photo.png', 10, 'unknown-kind'],
  ['README', 10, 'unknown-kind'],
  ['movie.mp4', 1e12, 'unknown-kind'],
])('%s of %d bytes: %s', (name, size, refusal) => {
  expect(checkFile({ name, size })).toBe(refusal);
});

test('a long name is cut before its extension', () => {
  const name = documentName(`${'港'.repeat(300)}.pdf`);
  expect(name).toHaveLength(200);
  expect(name.endsWith('港.pdf')).toBe(true);
  expect(documentName('a/b\tc.txt')).toBe('a_b_c.txt');
});
