import { marked } from 'marked';
import { memo, useMemo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkGfm from 'remark-gfm';

/**
 * An answer's Markdown, block by block: while it grows only its last block is read again, which
 * keeps long answers from freezing the page.
 */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  const blocks = useMemo(() => toBlocks(text), [text]);
  return blocks.map(({ key, markdown }) => <Block key={key} markdown={markdown} />);
}

interface MarkdownBlock {
  readonly key: number;
  readonly markdown: string;
}

function toBlocks(text: string): readonly MarkdownBlock[] {
  return marked.lexer(text).map(({ raw }, key) => ({ key, markdown: raw }));
}

const plugins = [remarkGfm, remarkCjkFriendly];

const Block = memo(function Block({ markdown }: { readonly markdown: string }): ReactNode {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components}>
      {markdown}
    </ReactMarkdown>
  );
});

/** Pictures are not fetched: an address in an answer could carry words of it away. */
const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ alt, src }) => {
    const href = typeof src === 'string' ? src : undefined;
    return (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {alt === undefined || alt === '' ? href : alt}
      </a>
    );
  },
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  table: ({ children }) => (
    <div className="table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};
