import { memo, useEffect, useRef, useState, type ReactNode } from 'react';
import { Visible } from '../../../visible.tsx';
import { runWhenIdle } from '../idle-work.ts';
import { readMaths } from './maths-source.ts';
import styles from './maths.module.css';

/**
 * A formula. Its source is shown until it has been typeset, and for good if it is wrong or cannot be
 * typeset.
 */
export const Maths = memo(function Maths({ source }: { readonly source: string }): ReactNode {
  const { tex, isDisplay } = readMaths(source);
  const place = useRef<HTMLSpanElement>(null);
  const [typeset, setTypeset] = useState<string>();
  useEffect(() => {
    let leave = (): void => undefined;
    let isLeft = false;
    const load = async (): Promise<void> => {
      const { typesetMaths } = await import('./typeset-maths.ts');
      if (isLeft) return;
      leave = runWhenIdle(() => {
        const isDone = place.current !== null && typesetMaths(place.current, { tex, isDisplay });
        setTypeset(isDone ? source : undefined);
      });
    };
    // Without a network the source stays.
    load().catch(() => undefined);
    return () => {
      isLeft = true;
      leave();
    };
  }, [source, tex, isDisplay]);
  const isTypeset = typeset === source;
  return (
    <span className={isDisplay ? styles.display : undefined}>
      <span ref={place} hidden={!isTypeset} />
      {!isTypeset && (
        <code>
          <Visible text={source} />
        </code>
      )}
    </span>
  );
});
