import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Markdown } from '../markdown.tsx';

/** Returns the formulas of an answer, as they are before they are typeset. */
function formulas(text: string): readonly string[] {
  const rendered = renderToStaticMarkup(<Markdown text={text} />);
  const found = rendered.matchAll(/<span hidden=""><\/span><code>([^<]*)<\/code>/gu);
  return [...found].map(([, source = '']) =>
    source.replaceAll('&amp;', '&').replaceAll('&lt;', '<'),
  );
}

test.each([
  'A $x$ b',
  '$x$',
  '$a_1 * b_2 * c_3$',
  '$2^n$, all',
  '$5x + 3$.',
  '$10$',
  '$3 \\times 4$',
  '質量は$m$です',
  '$\\text{speed} = 5$',
  '$5 \\text{ for each}$',
  '($a < b$)',
  '$\\{1, 2\\}$',
  '$a \\$ b$',
  '$a\nb$',
  '- item $x$\n- other',
  '> quoted $x$',
  '**bold $x$**',
  '| a |\n| --- |\n| $x$ |',
  'A \\(x_1 * y * z\\) b',
  'A \\(f(x) = \\frac{1}{2}\\) b',
  'A \\[x\\] b',
  'A $$x$$ b',
  '$$x$$',
  '$$\nE = mc^2\n$$',
  '\\[\nE = mc^2\n\\]',
  'Then\n$$\na\n= b\n- c\n$$\nnext',
  '  \\[\n  a \\\\[2pt]\n  b\n  \\]',
  '$$\n\\begin{aligned}\na &= b \\\\\n&= c\n\\end{aligned}\n$$',
  '1. First\n\n   $$\n   x\n   $$',
])('%j has a formula', (text) => {
  expect(formulas(text)).toHaveLength(1);
});

test.each([
  'It costs $5 and $10.',
  'Between $5 and $10 (was $7).',
  '$1M vs $2M',
  '$1M vs $2M and 3$',
  '$5–$10',
  '$5/$10',
  'US$5 and A$6$',
  '5$ or 10$',
  '$HOME/$USER',
  '$PATH and $HOME',
  'TASK=$(api /tasks) until [ "$(api /tasks/$TASK)" ]',
  'A=$(date)$(hostname)',
  '${HOME}/${USER}',
  '`$x$`',
  '``a $x$ b``',
  '```\n$x$\n```',
  '    $x$',
  '\\$x\\$',
  'a $ b $ c',
  '$$$$',
  '$$',
  '\\(\\)',
  'Unfinished $x + y',
  'Unfinished \\(x + y',
  'Unfinished $$x + y',
  'Unfinished\n\n$$\nx + y',
  '\\[\nx + y',
  '$$\na\n\nb\n$$',
  '[a](https://example.com/$x$)',
])('%j has no formula', (text) => {
  expect(formulas(text)).toEqual([]);
});

test('a formula keeps its source as it was written', () => {
  expect(formulas('Let $a_1 * b_2$ be \\(x \\\\ y\\).')).toEqual(['$a_1 * b_2$', '\\(x \\\\ y\\)']);
  expect(formulas('$$\na &= b \\\\\n- c\n$$')).toEqual(['$$\na &= b \\\\\n- c\n$$']);
});

test('a text full of signs that begin no formula has none', () => {
  for (const sign of ['$x ', '\\(', '\\[', '$$x ', '$$\n', '\\(x \\', '$\\', '\\[ x\n']) {
    expect(formulas(sign.repeat(1_000))).toEqual([]);
  }
});
