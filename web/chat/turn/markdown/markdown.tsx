import { createContext, Fragment, memo, use, useId, useMemo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkCjkStrikethrough from 'remark-cjk-friendly-gfm-strikethrough';
import remarkGfm from 'remark-gfm';
import { AnswerPartsContext } from './answer-parts.tsx';
import { toBlocks, type Note } from './blocks.ts';
import { remarkCjkAddresses, remarkLineBreaks } from './remark-plugins.ts';

/**
 * An answer's Markdown, rendered block by block. While the answer grows only its last block is
 * rendered again, so that long answers do not freeze the page.
 */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  const { blocks, notes } = useMemo(() => toBlocks(text), [text]);
  const prefix = useId();
  const names = notes.map(({ name }) => name).join('\n');
  const references = useMemo(() => ({ prefix, names: names.split('\n') }), [prefix, names]);
  const { toNote } = use(AnswerPartsContext);
  return (
    <References value={references}>
      {blocks.map((markdown, index) => (
        <Fragment key={index}>
          <Block markdown={markdown} />
          {toNote?.(markdown)}
        </Fragment>
      ))}
      {notes.length > 0 && <Notes notes={notes} prefix={prefix} />}
    </References>
  );
}

/** Where the references of an answer to its footnotes lead. */
interface NoteReferences {
  readonly prefix: string;
  /** The names of the footnotes, in the order of their numbers. */
  readonly names: readonly string[];
}

const References = createContext<NoteReferences>({ prefix: '', names: [] });

interface NotesProps {
  readonly notes: readonly Note[];
  readonly prefix: string;
}

function Notes({ notes, prefix }: NotesProps): ReactNode {
  return (
    <ol className="notes">
      {notes.map(({ name, markdown }) => (
        <li key={name} id={`${prefix}${name}`}>
          <Block markdown={markdown} />
        </li>
      ))}
    </ol>
  );
}

function NoteReference({ href = '' }: { readonly href: string | undefined }): ReactNode {
  const { prefix, names } = use(References);
  const name = decodeURIComponent(href.replace(/^#user-content-fn-/u, ''));
  return <a href={`#${prefix}${name}`}>{names.indexOf(name) + 1}</a>;
}

interface InnerLinkProps {
  readonly href: string;
  readonly children: ReactNode;
}

/** A link to a place in the answer, of which the answer knows what stands for it. */
function InnerLink({ href, children }: InnerLinkProps): ReactNode {
  const { toLink } = use(AnswerPartsContext);
  return toLink?.(href) ?? <a href={href}>{children}</a>;
}

const plugins = [
  remarkGfm,
  remarkCjkFriendly,
  remarkCjkStrikethrough,
  remarkCjkAddresses,
  remarkLineBreaks,
];

const Block = memo(function Block({ markdown }: { readonly markdown: string }): ReactNode {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components}>
      {markdown}
    </ReactMarkdown>
  );
});

/** Images become links: fetching one could leak text of the conversation in its address. */
const components: Components = {
  a: ({ href, children, node }) => {
    if (node?.properties['dataFootnoteRef'] !== undefined) return <NoteReference href={href} />;
    if (href?.startsWith('#') === true) return <InnerLink href={href}>{children}</InnerLink>;
    // Its scheme was not allowed: without an address it would open this page again.
    if (href === undefined || href === '') return <span>{children}</span>;
    return (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    );
  },
  // `Notes` has the footnotes of all blocks.
  section: () => undefined,
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
