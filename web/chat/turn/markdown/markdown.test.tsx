import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
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
