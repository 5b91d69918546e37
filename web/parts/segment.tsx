'use client';

import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import styles from './segment.module.css';

export interface SegmentProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, name: string])[];
  readonly onChange: (value: Value) => void;
}

/** A choice of one among few, all of which are seen. Arrow keys choose the next. */
export function Segment<Value extends string>(props: SegmentProps<Value>): ReactNode {
  const { label, value, options, onChange } = props;
  const group = useRef<HTMLDivElement>(null);
  const index = options.findIndex(([each]) => each === value);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = stepOf(event.key);
    const next = options[(index + step + options.length) % options.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    onChange(next[0]);
    const buttons = group.current?.querySelectorAll('button');
    buttons?.[options.indexOf(next)]?.focus();
  };
  return (
    <div
      ref={group}
      className={styles.segment}
      role="radiogroup"
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      {options.map(([each, name]) => (
        <button
          key={each}
          type="button"
          role="radio"
          aria-checked={each === value}
          tabIndex={each === value ? 0 : -1}
          onClick={() => onChange(each)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function stepOf(key: string): number {
  if (key === 'ArrowRight' || key === 'ArrowDown') return 1;
  return key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 0;
}
