import { Fragment, memo, useEffect, useRef, type ReactNode } from 'react';
import { visibleText } from '../../../visible-text.ts';
import { Visible } from '../../../visible.tsx';
import { useWords } from '../../../../words/use-words.ts';
import { runWhenIdle } from '../idle-work.ts';
import { words as dictionary } from '../words.ts';
import styles from './code-block.module.css';
import { groupLines, type CodeLine } from './code-line.ts';
import { CodeWithSelection } from './code-with-selection.tsx';
import { CopyButton } from './copy-button.tsx';
import { languageName } from './language-name.ts';
import { useHighlighted } from './use-highlighted.ts';

export interface CodeBlockProps {
  readonly code: string;
  /** As the fence names it; empty if it names none. */
  readonly language: string;
  /** Whether the fence has ended, so that the code is whole. */
  readonly isClosed: boolean;
}

/** A block of code with the name of its language and a button that copies it. */
export const CodeBlock = memo(function CodeBlock(props: CodeBlockProps): ReactNode {
  const { code, language, isClosed } = props;
  const words = useWords(dictionary);
  const lines = useHighlighted(code, language, isClosed);
  const name = languageName(language) || words.plainCode;
  const texts = groupLines(code.split('\n'));
  const painted = lines && groupLines(lines);
  return (
    <figure className={styles.block}>
      <figcaption className={styles.bar}>
        <span>
          <Visible text={name} />
        </span>
        <CopyButton text={code} />
      </figcaption>
      <pre
        className={styles.code}
        tabIndex={0}
        role="group"
        aria-label={words.code(visibleText(name))}
      >
        <CodeWithSelection>
          {texts.map((group, index) => (
            <Lines
              key={index}
              text={group.join('\n')}
              lines={painted?.[index]}
              isAlone={texts.length === 1}
              isLast={index === texts.length - 1}
            />
          ))}
        </CodeWithSelection>
      </pre>
    </figure>
  );
});

interface LinesProps {
  readonly text: string;
  /** The same text with its words named. */
  readonly lines: readonly CodeLine[] | undefined;
  readonly isAlone: boolean;
  readonly isLast: boolean;
}

/** Some lines of code. Rendered again only when they have changed. */
const Lines = memo(
  function Lines({ text, lines, isAlone, isLast }: LinesProps): ReactNode {
    const element = useRef<HTMLSpanElement>(null);
    useEffect(() => runWhenIdle(() => layOut(element.current)), []);
    return (
      <>
        <span className={isAlone ? undefined : styles.lines} ref={element}>
          {lines === undefined ? <Visible text={text} /> : lines.map(toElements)}
        </span>
        {/* Lines that are laid out together end by themselves, but not as text. */}
        {!isLast && <span hidden>{'\n'}</span>}
      </>
    );
  },
  (before, after) =>
    before.text === after.text &&
    before.isAlone === after.isAlone &&
    before.isLast === after.isLast &&
    (before.lines === undefined) === (after.lines === undefined),
);

/** Lays out lines that are far from view, within the time of this piece of work. */
function layOut(element: HTMLElement | null): void {
  if (element === null) return;
  element.style.contentVisibility = 'visible';
  element.getBoundingClientRect();
}

function toElements(line: CodeLine, index: number): ReactNode {
  return (
    <Fragment key={index}>
      {index > 0 && '\n'}
      {line.map(({ kind, text }, place) => (
        <span key={place} className={kind && styles[kind]}>
          <Visible text={text} />
        </span>
      ))}
    </Fragment>
  );
}
