import { expect, test } from 'vitest';
import { splitControls, visibleText } from './visible-text.ts';

test('every character that reorders text is named', () => {
  const all = '\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069';
  expect(splitControls(all).map((part) => part.type === 'control' && part.name)).toEqual(
    'ALM LRM RLM LRE RLE PDF LRO RLO LRI RLI FSI PDI'.split(' '),
  );
});

test('the words around such a character stay as they are', () => {
  expect(splitControls('safe\u202Egpj.exe')).toEqual([
    { type: 'words', text: 'safe' },
    { type: 'control', name: 'RLO', codePoint: 'U+202E' },
    { type: 'words', text: 'gpj.exe' },
  ]);
  expect(visibleText('safe\u202Egpj.exe\u061C')).toBe('safe⟨RLO⟩gpj.exe⟨ALM⟩');
});

test('text of any script without them is one part', () => {
  for (const text of ['Hello', '日本語', 'שלום', '👩‍👩‍👧']) {
    expect(splitControls(text)).toEqual([{ type: 'words', text }]);
    expect(visibleText(text)).toBe(text);
  }
  expect(splitControls('')).toEqual([]);
});
