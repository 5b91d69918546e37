import type { KeyboardEvent, ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { behindWords } from './words.ts';

const tabs = ['timeline', 'rawEvents'] as const;

export type TabName = (typeof tabs)[number];

export interface TabsProps {
  readonly tab: TabName;
  readonly onChange: (tab: TabName) => void;
}

/** The two sides of the panel. The arrow keys go from one to the other. */
export function Tabs({ tab, onChange }: TabsProps): ReactNode {
  const words = useWords(behindWords);
  const onKeyDown = ({ key, currentTarget }: KeyboardEvent<HTMLDivElement>): void => {
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
    const other = tab === 'timeline' ? 'rawEvents' : 'timeline';
    onChange(other);
    currentTarget.querySelector<HTMLElement>(`#behind-tab-${other}`)?.focus();
  };
  return (
    <div className={styles['tabs']} role="tablist" aria-label={words.tabs} onKeyDown={onKeyDown}>
      {tabs.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`behind-tab-${name}`}
          aria-selected={tab === name}
          aria-controls="behind-panel"
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onChange(name)}
        >
          {words[name]}
        </button>
      ))}
    </div>
  );
}
