import type { CSSProperties, ReactNode } from 'react';
import { useWords } from '../../words/use-words.ts';
import styles from '../behind.module.css';
import { toSeconds, toWholeMs } from '../format-time.ts';
import { Section } from '../section.tsx';
import type { Bar, Row } from './timeline.ts';
import { timelineOf, type TurnSources } from '../turn-sources.ts';
import { behindWords } from '../words.ts';

/** What happened when, from the request to the end. */
export function TimelineRows(sources: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const { rows, endMs } = timelineOf(sources);
  if (rows.length === 0) return undefined;
  return (
    <Section title={words.timeline} note={`0 – ${toSeconds(endMs)} ${words.seconds}`}>
      <ol className={styles['fall']}>
        {rows.map((row, index) => (
          // The rows of a turn only grow, in the order in which they began.
          <li key={index}>
            <span>{words.rows(row)}</span>
            <span className={styles['track']} aria-hidden="true">
              {row.bars.map((bar) => (
                <i key={bar.fromMs} {...drawingOf(bar, endMs)} />
              ))}
            </span>
            <time>{noteOf(row, words.seconds)}</time>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function drawingOf(
  { fromMs, toMs, kind }: Bar,
  endMs: number,
): {
  readonly className: string | undefined;
  readonly style: CSSProperties;
} {
  const percent = (ms: number): string => `${((100 * ms) / Math.max(1, endMs)).toFixed(2)}%`;
  const className =
    kind === undefined ? (fromMs === toMs ? styles['dot'] : undefined) : styles[kind];
  return { className, style: { left: percent(fromMs), width: percent(toMs - fromMs) } };
}

/** A failed row says why, a row of moments how many they are, any other how long it took. */
function noteOf({ bars, error, name }: Row, seconds: string): string {
  if (error !== undefined) return error;
  if (name === 'appends') return String(bars.length);
  const ms = bars.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return ms >= 1_000 ? `${toSeconds(ms)} ${seconds}` : `${toWholeMs(ms)} ms`;
}
