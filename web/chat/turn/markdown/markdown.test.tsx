import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { isFenceClosed } from './code/fences.ts';
import { Markdown } from './markdown.tsx';

/** Returns the HTML of an answer, with the attributes of links left out. */
function html(text: string): string {
  const rendered = renderToStaticMarkup(<Markdown text={text} />);
  return rendered.replaceAll(' target="_blank" rel="noopener noreferrer nofollow"', '');
}

test('a link finds its address in another block', () => {
  const link = '<a href="https://example.com/docs">the docs</a>';
  expect(html('See [the docs][1].\n\nMore words.\n\n[1]: https://example.com/docs')).toContain(
    link,
  );
  expect(html('[1]: https://example.com/docs\n\nSee [the docs][1].')).toContain(link);
  expect(html('See [The Docs][].\n\nMore.\n\n[the docs]: https://example.com/docs')).toContain(
    '<a href="https://example.com/docs">The Docs</a>',
  );
});

test('a footnote in another block has a mark that leads to it', () => {
  const rendered = html(
    'It streams[^1]. And more[^Own].\n\nMore.\n\n[^1]: Since 2023.\n[^own]: *Of ours.*',
  );
  const ids = [...rendered.matchAll(/<li id="([^"]+)">/gu)].map(([, id]) => id);
  expect(ids).toHaveLength(2);
  expect(rendered).toContain(`<sup><a href="#${ids[0]}">1</a></sup>`);
  expect(rendered).toContain(`<sup><a href="#${ids[1]}">2</a></sup>`);
  expect(rendered).toContain('<p>Since 2023.</p>');
  expect(rendered).toContain('<p><em>Of ours.</em></p>');
  expect(rendered).toContain('aria-label="Back to reference 2"');
  expect(rendered).not.toContain('[^');
});

test('two answers on one page have footnotes of their own', () => {
  const text = 'It streams[^1].\n\n[^1]: Since 2023.';
  const rendered = renderToStaticMarkup(
    <>
      <Markdown text={text} />
      <Markdown text={text} />
    </>,
  );
  const ids = [...rendered.matchAll(/<li id="([^"]+)">/gu)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(2);
});

test('a reference without a footnote, and one in code, are plain text', () => {
  expect(html('It streams[^2].')).toContain('It streams[^2].');
  expect(html('Write `[^1]` for a note[^1].\n\n[^1]: A note.')).toContain('<code>[^1]</code>');
});

test.each([
  ['詳しくは https://example.com/path。続きです', 'https://example.com/path', '。続きです'],
  ['（https://example.com/a）を見てください', 'https://example.com/a', '）を見てください'],
  ['https://example.com/a、https://example.com/b、', 'https://example.com/b', '、'],
  ['www.example.com。続き', 'www.example.com', '。続き'],
  ['「https://example.com/日本」です', 'https://example.com/日本', '」です'],
])('an address ends before full-width punctuation: %s', (text, address, rest) => {
  expect(html(text)).toContain(`>${address}</a>${rest}`);
  expect(decodeURI(html(text))).toMatch(new RegExp(`href="(?:http://)?${address}"`, 'u'));
});

test('an address in brackets, and a link with words, are left as they are', () => {
  expect(html('<https://example.com/a。b>')).toContain('>https://example.com/a。b</a>');
  expect(html('[見る。](https://example.com/a)')).toContain('>見る。</a>');
});

test('<br> in a table breaks the line, and no other HTML does anything', () => {
  const rendered = html('| a | b |\n| --- | --- |\n| one<br>two | <b>3</b><br/>4 |');
  expect(rendered).toMatch(/<td>one<br\/>\s*two<\/td>/u);
  expect(rendered).toMatch(/&lt;b&gt;3&lt;\/b&gt;<br\/>\s*4/u);
});

test('Japanese text is struck through and emphasised beside its punctuation', () => {
  expect(html('~~取り消し。~~です')).toContain('<del>取り消し。</del>です');
  expect(html('**「強調」**は')).toContain('<strong>「強調」</strong>は');
});

test('code has its language, and is read apart from the rest', () => {
  const rendered = html(
    '```ts title="a.ts"\nconst a = `$x$`;\n```\n\n- In a list:\n  ```py\n  a\n  ```',
  );
  expect(rendered).toContain('>TypeScript</span>');
  expect(rendered).toContain('aria-label="Code, TypeScript"');
  expect(rendered).toContain('const a = `$x$`;</span>');
  expect(rendered).toContain('aria-label="Code, Python"');
});

test.each([
  ['```\na\n```', true],
  ['```\na\n`````\n', true],
  ['~~~\na\n~~~', true],
  ['```\na', false],
  ['```', false],
  ['````\na\n```', false],
  ['```\na\n``', false],
  ['```\na\n```x', false],
  ['    a', false],
])('whether the fence of %j has ended: %s', (source, isClosed) => {
  expect(isFenceClosed(source)).toBe(isClosed);
});

test('a long block of code is split for the layout, and no line of it is lost', () => {
  const code = Array.from({ length: 101 }, (_, index) => `line ${index}`);
  const lines = html(`\`\`\`\n${code.join('\n')}\n\`\`\``).match(/line \d+/gu);
  expect(lines).toEqual(code);
});

test('a task has a box that names its state, and nothing else before it', () => {
  const rendered = html('- [x] Read\n- [ ] Write');
  expect(rendered).toMatch(/<li class="[^"]+"><input[^>]* aria-label="Done" checked=""/u);
  expect(rendered).toMatch(/<input[^>]* aria-label="To do"/u);
});

const hidden = '\u202E';

test.each([
  `a ${hidden}b`,
  `**${hidden}**`,
  `\`a${hidden}b\``,
  `\`\`\`\na${hidden}b\n\`\`\``,
  `\`\`\`a${hidden}b\n\`\`\``,
  `<b title="${hidden}">`,
  `<!-- ${hidden} -->`,
  `[a${hidden}b](https://example.com)`,
  `[a](https://example.com "${hidden}")`,
  `[a](https://example.com/${hidden})`,
  `[a](<javascript:${hidden}>)`,
  `![a${hidden}](https://example.com)`,
  `https://example.com/${hidden}`,
  `# ${hidden}`,
  `| a${hidden} |\n| --- |\n| ${hidden} |`,
  `$x${hidden}$`,
  `$$\nx${hidden}\n$$`,
  `a[^1]\n\n[^1]: ${hidden}`,
  `a[^${hidden}]\n\n[^${hidden}]: b`,
  `&#x202E; &#8238;`,
  `- [x] ${hidden}`,
])('%j reorders nothing', (text) => {
  const rendered = html(text);
  const seen = rendered.replaceAll(/ (?:id|href)="[^"]*"/gu, '');
  expect(seen).not.toContain(hidden);
});

test('a character that reorders text is shown by its name', () => {
  expect(html(`safe${hidden}gpj.exe`)).toMatch(
    /safe<abbr [^>]*title="A hidden character that reorders text: RLO \(U\+202E\)">RLO<\/abbr>gpj.exe/u,
  );
});

test.each([
  '[x](javascript:alert(1))',
  '[x](<java\nscript:alert(1)>)',
  '[x](data:text/html,x)',
  '[x](vbscript:x)',
  '[x]()',
  '[x](#)',
  '[x](//evil.example)',
  '[x](/api/conversations)',
  '[x](/auth/login)',
  '[x][1]\n\n[1]: javascript:alert(1)',
  '<javascript:alert(1)>',
  '![x](data:image/png;base64,x)',
  '<a href="https://example.com">x</a>',
  '<img src="https://example.com/x.png">',
])('%j is no link', (text) => {
  expect(html(text)).not.toMatch(/<(?:a|img)\b/u);
});

test('a link that names another host than its own shows where it leads', () => {
  const rendered = html('[https://bank.example](https://evil.example/phish)');
  expect(rendered).toMatch(/>https:\/\/bank.example<\/a><span[^>]*> \(evil.example\)<\/span>/u);
  expect(html('[the docs](https://example.com)')).not.toContain('(example.com)');
});

test('an image is a link with its words, and within a link only words', () => {
  expect(html('![A river](https://example.com/r.png)')).toContain(
    '<a href="https://example.com/r.png">A river</a>',
  );
  expect(html('[![A river](https://example.com/r.png)](https://example.com)')).toBe(
    '<p><a href="https://example.com">A river</a></p>',
  );
});
