import type { Element, ElementContent } from 'hast';
import { use, type ReactNode } from 'react';
import type { Components } from 'react-markdown';
import { useWords } from '../../../words/use-words.ts';
import { Visible } from '../../visible.tsx';
import { AnswerPartsContext } from './answer-parts.tsx';
import { CodeBlock } from './code/code-block.tsx';
import { AnswerLink } from './links/answer-link.tsx';
import { Maths } from './maths/maths.tsx';
import { NoteReference } from './notes.tsx';
import { words as dictionary } from './words.ts';
import styles from './markdown.module.css';

const smallHeading = `${styles.heading} ${styles.small}`;

/** How the elements of an answer's Markdown are rendered. */
export const components: Components = {
  a: ({ href, children, node }) => {
    if (node?.properties['dataFootnoteRef'] !== undefined) return <NoteReference href={href} />;
    if (href?.startsWith('#') === true) return <InnerLink href={href}>{children}</InnerLink>;
    return (
      <AnswerLink href={href} text={textOf(node)}>
        {children}
      </AnswerLink>
    );
  },
  // Images become links: fetching one could leak text of the conversation in its address.
  img: ({ alt, src }) => {
    const href = typeof src === 'string' ? src : '';
    const text = alt === undefined || alt === '' ? href : alt;
    return (
      <AnswerLink href={href} text={text}>
        <Visible text={text} />
      </AnswerLink>
    );
  },
  // `rehypeVisible` makes them: no other Markdown does.
  span: ({ node }) => <Visible text={textOf(node)} />,
  code: ({ children, node }) =>
    hasClass(node, 'maths') ? <Maths source={textOf(node)} /> : <code>{children}</code>,
  pre: ({ node }) => {
    const code = node?.children.find((child) => child.type === 'element');
    const language = classesOf(code).find((name) => name.startsWith('language-'));
    return (
      <CodeBlock
        code={textOf(code).replace(/\n$/u, '')}
        language={language?.slice('language-'.length) ?? ''}
        isClosed={code?.properties['dataClosed'] === true}
      />
    );
  },
  h1: ({ children }) => <h1 className={styles.heading}>{children}</h1>,
  h2: ({ children }) => <h2 className={styles.heading}>{children}</h2>,
  h3: ({ children }) => <h3 className={styles.heading}>{children}</h3>,
  h4: ({ children }) => <h4 className={smallHeading}>{children}</h4>,
  h5: ({ children }) => <h5 className={smallHeading}>{children}</h5>,
  h6: ({ children }) => <h6 className={smallHeading}>{children}</h6>,
  hr: () => <hr className={styles.rule} />,
  li: ({ children, node }) =>
    hasClass(node, 'task-list-item') ? (
      <li className={styles.task}>{children}</li>
    ) : (
      <li>{children}</li>
    ),
  input: ({ checked }) => <TaskBox isDone={checked === true} />,
  table: ({ children }) => <Table>{children}</Table>,
  // `Notes` has the footnotes of all blocks.
  section: () => undefined,
};

interface InnerLinkProps {
  readonly href: string;
  readonly children: ReactNode;
}

/** A link to a place in the answer, of which the answer knows what stands for it. */
function InnerLink({ href, children }: InnerLinkProps): ReactNode {
  const { toLink } = use(AnswerPartsContext);
  return toLink?.(href) ?? children;
}

function TaskBox({ isDone }: { readonly isDone: boolean }): ReactNode {
  const { done, toDo } = useWords(dictionary);
  return <input type="checkbox" checked={isDone} disabled aria-label={isDone ? done : toDo} />;
}

function Table({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.table} tabIndex={0} role="group" aria-label={useWords(dictionary).table}>
      <table>{children}</table>
    </div>
  );
}

function textOf(node: Element | ElementContent | undefined): string {
  if (node === undefined) return '';
  if ('children' in node) return node.children.map(textOf).join('');
  return node.type === 'text' ? node.value : '';
}

function classesOf(node: Element | undefined): readonly string[] {
  const { className } = node?.properties ?? {};
  return Array.isArray(className) ? className.map(String) : [];
}

function hasClass(node: Element | undefined, name: string): boolean {
  return classesOf(node).includes(name);
}
