import { Fragment, memo, use, useId, useMemo, type ReactNode } from 'react';
import ReactMarkdown from 'react-markdown';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkCjkStrikethrough from 'remark-cjk-friendly-gfm-strikethrough';
import remarkGfm from 'remark-gfm';
import { AnswerPartsContext } from './answer-parts.tsx';
import { isSameBlock, lexBlocks, toBlocks, type Block, type Note } from './blocks.ts';
import { CodeBlock } from './code/code-block.tsx';
import { components } from './components.tsx';
import { createGrowingLexer } from './growing-lexer.ts';
import { Maths } from './maths/maths.tsx';
import { remarkMaths } from './maths/remark-maths.ts';
import { BackToReference, References } from './notes.tsx';
import { rehypeVisible } from './rehype-visible.ts';
import { remarkCjkAddresses, remarkFences, remarkLineBreaks } from './remark-plugins.ts';

/**
 * An answer's Markdown, rendered block by block. While the answer grows only its last block is
 * rendered again, so that long answers do not freeze the page.
 */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  const lex = useMemo(() => createGrowingLexer(lexBlocks), []);
  const { blocks, notes } = useMemo(() => toBlocks(text, lex), [text, lex]);
  const prefix = useId();
  const names = notes.map(({ name }) => name).join('\n');
  const references = useMemo(() => ({ prefix, names: names.split('\n') }), [prefix, names]);
  return (
    <References value={references}>
      {inGroups(blocks).map((group, index) => (
        <Group key={index} blocks={group} />
      ))}
      {notes.length > 0 && <Notes notes={notes} prefix={prefix} />}
    </References>
  );
}

/** How many blocks are compared as one. A long answer has hundreds. */
const groupSize = 16;

function inGroups(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const count = Math.ceil(blocks.length / groupSize);
  return Array.from({ length: count }, (_, index) =>
    blocks.slice(index * groupSize, (index + 1) * groupSize),
  );
}

interface GroupProps {
  readonly blocks: readonly Block[];
}

/** Some blocks that follow each other. Rendered again only if one of them has changed. */
const Group = memo(
  function Group({ blocks }: GroupProps): ReactNode {
    const { toNote } = use(AnswerPartsContext);
    return blocks.map((block, index) => (
      <Fragment key={index}>
        <Part block={block} />
        {block.type === 'markdown' && toNote?.(block.markdown)}
      </Fragment>
    ));
  },
  (before, after) =>
    before.blocks.length === after.blocks.length &&
    before.blocks.every((block, index) => isSameBlock(block, after.blocks[index])),
);

function Part({ block }: { readonly block: Block }): ReactNode {
  switch (block.type) {
    case 'markdown':
      return <MarkdownPart markdown={block.markdown} />;
    case 'code':
      return <CodeBlock {...block} />;
    case 'maths':
      return <Maths source={block.source} />;
    default:
      return undefined;
  }
}

interface NotesProps {
  readonly notes: readonly Note[];
  readonly prefix: string;
}

function Notes({ notes, prefix }: NotesProps): ReactNode {
  return (
    <ol className="notes">
      {notes.map(({ name, markdown }) => (
        <li key={name} id={`${prefix}${name}`}>
          <MarkdownPart markdown={markdown} />
          <BackToReference name={name} />
        </li>
      ))}
    </ol>
  );
}

const remarkPlugins = [
  remarkGfm,
  remarkMaths,
  remarkCjkFriendly,
  remarkCjkStrikethrough,
  remarkCjkAddresses,
  remarkLineBreaks,
  remarkFences,
];

const rehypePlugins = [rehypeVisible];

const MarkdownPart = memo(function MarkdownPart({ markdown }: { readonly markdown: string }) {
  return render(markdown);
});

function render(markdown: string): ReactNode {
  return ReactMarkdown({ remarkPlugins, rehypePlugins, components, children: markdown });
}

const sample =
  '## A title\n\nSome **words**, `code` and [a link](https://example.com).\n\n- an item\n\n' +
  '```ts\ncode\n```\n\n| a | b |\n| - | - |\n| c | d |\n';

/** Renders a little of everything: code that has run before is compiled, and runs faster. */
export function warmUpMarkdown(): void {
  for (const block of toBlocks(sample).blocks) {
    if (block.type === 'markdown') void render(block.markdown);
  }
}
