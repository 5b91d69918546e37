import { marked } from 'marked';
import { memo, useMemo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkGfm from 'remark-gfm';

/**
 * An answer's Markdown, rendered block by block. While the answer grows only its last block is
 * rendered again, so that long answers do not freeze the page.
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

/** Images become links: fetching one could leak text of the conversation in its address. */
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
