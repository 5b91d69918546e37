import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { lexBlocks as lex } from './blocks.ts';
import { createGrowingLexer } from './growing-lexer.ts';

const pieces = [
  'word',
  ' ',
  '\n',
  '\n\n',
  '# ',
  '- ',
  '1. ',
  '> ',
  '    ',
  '```',
  '~~~\n',
  '| a | b |\n',
  '| - | - |\n',
  '===',
  '---',
  '<div>',
  '</div>',
  '[a]: /b',
  '[^1]: note',
  '[a]',
  '**',
  '$$',
  '日本',
  '。',
  '\t',
  '<!--',
  '-->',
] as const;

test('a text that grows has the blocks of the whole text at every length', () => {
  const texts = array(constantFrom(...pieces), { maxLength: 60 });
  assert(
    property(texts, (added) => {
      const growing = createGrowingLexer(lex);
      let text = '';
      for (const piece of added) {
        text += piece;
        const blocks = growing(text).map(({ type, raw }) => [type, raw]);
        expect(blocks).toEqual(lex(text).map(({ type, raw }) => [type, raw]));
      }
    }),
    { numRuns: 500 },
  );
});

test('another text has blocks of its own', () => {
  const growing = createGrowingLexer(lex);
  growing('# One\n\ntwo\n\nthree');
  expect(growing('two').map(({ raw }) => raw)).toEqual(['two']);
});

test('what cannot change any more is not read again', () => {
  const read: string[] = [];
  const growing = createGrowingLexer((markdown) => {
    read.push(markdown);
    return lex(markdown);
  });
  for (const text of ['One.\n\n', 'One.\n\nTwo.\n\nThree.', 'One.\n\nTwo.\n\nThree. More.'])
    growing(text);
  expect(read).toEqual(['One.\n\n', 'One.\n\nTwo.\n\nThree.', 'Two.\n\nThree. More.']);
});
