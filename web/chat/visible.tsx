import type { ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import { splitControls } from './visible-text.ts';
import styles from './visible.module.css';

/** Text that others have written, in which characters that would reorder it are shown as marks. */
export function Visible({ text }: { readonly text: string }): ReactNode {
  return splitControls(text).map((part, index) =>
    part.type === 'words' ? part.text : <ControlMark key={index} {...part} />,
  );
}

interface ControlMarkProps {
  /** Unicode's abbreviation, such as `RLO`. */
  readonly name: string;
  /** Such as `U+202E`. */
  readonly codePoint: string;
}

function ControlMark({ name, codePoint }: ControlMarkProps): ReactNode {
  const title = useWords(words).title(name, codePoint);
  return (
    <abbr className={styles.mark} title={title}>
      {name}
    </abbr>
  );
}

const words = {
  en: {
    title: (name: string, codePoint: string) =>
      `A hidden character that reorders text: ${name} (${codePoint})`,
  },
  ja: {
    title: (name: string, codePoint: string) =>
      `文字の並び順を変える、見えない文字です：${name}（${codePoint}）`,
  },
};
