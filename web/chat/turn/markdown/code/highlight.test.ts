import { expect, test } from 'vitest';
import { highlight } from './highlight.ts';

/** Returns the parts of code that have a colour, with the name of it. */
function coloured(code: string, language: string): readonly string[] {
  const lines = highlight(code, language) ?? [];
  return lines.flatMap((line) =>
    line.flatMap(({ kind, text }) => (kind ? [`${kind} ${text}`] : [])),
  );
}

test('words are named by what they are', () => {
  expect(coloured("const key = sign('a', 6); // once", 'ts')).toEqual([
    'word const',
    'name sign',
    "string 'a'",
    'number 6',
    'note // once',
  ]);
  expect(coloured('+ new\n- old', 'diff')).toEqual(['string + new', 'word - old']);
});

test.each([
  ['py', 'def f():\n    """Two\n    lines."""\n\n    return None\n'],
  ['html', '<p class="a">\n  <!-- note\n  --> text & <b>bold</b>\n</p>'],
  ['ts', 'const text = `a\n${b}\nc`;\n/* one\n\ntwo */'],
  ['json', '{\n  "a": [1, true, null]\n}'],
  ['sh', 'echo "$HOME" | grep a\n'],
])('no character of %s is lost, and lines stay lines', (language, code) => {
  const lines = highlight(code, language) ?? [];
  expect(lines.map((line) => line.map(({ text }) => text).join(''))).toEqual(code.split('\n'));
});

test('a language that is unknown has no colours', () => {
  expect(highlight('a', 'brainmuddle')).toBeUndefined();
});
