import { expect, test } from 'vitest';
import { fileProblem, sizeText } from './check-file.ts';
import { attachmentWords } from './words.ts';

const problem = (name: string, size: number) => fileProblem({ name, size }, attachmentWords.en);

test('a file of a kind that models read has no problem', () => {
  expect(problem('cat.JPG', 1)).toBe(undefined);
  expect(problem('report.pdf', 4.5 * 1_048_576)).toBe(undefined);
});

test('another kind, an empty file and a large one are refused by name', () => {
  expect(problem('a.exe', 1)).toBe('a.exe: This kind of file can’t be read.');
  expect(problem('a.pdf', 0)).toBe('a.pdf: This file is empty.');
  expect(problem('a.pdf', 4.5 * 1_048_576 + 1)).toBe('a.pdf: This file is larger than 4.5 MB.');
  expect(problem('a.png', 3.75 * 1_048_576 + 1)).toBe('a.png: This file is larger than 3.75 MB.');
});

test.each([
  [12, '12 B'],
  [2_048, '2 KB'],
  [2.4 * 1_048_576, '2.4 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
