import type { ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { toSeconds, toWholeMs } from './format-time.ts';
import { Section } from './section.tsx';
import type { TurnSources } from './turn-sources.ts';
import { behindWords } from './words.ts';

const [width, height] = [368, 56];

/** The times between two parts of an answer, as this tab saw them. */
export function Gaps({ arrivals }: TurnSources): ReactNode {
  const words = useWords(behindWords);
  if (arrivals?.gaps === undefined) return undefined;
  const { gaps, firstMs = 0, lastMs = 0 } = arrivals;
  const { medianMs, longestMs, longestAtMs, bins } = gaps;
  const [median, longest] = [toWholeMs(medianMs), toWholeMs(longestMs)];
  const at = toSeconds(longestAtMs);
  const step = width / bins.length;
  return (
    <Section title={words.gaps} note={words.gapSummary(median, longest)}>
      <svg
        className={styles['spark']}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.gapLabel(median, longest, at)}
      >
        {bins.map((ms, index) => {
          const barHeight = Math.max(ms > 0 ? 1 : 0, (height * ms) / longestMs);
          return (
            <rect
              key={index}
              className={ms >= longestMs - 0.01 ? styles['long'] : undefined}
              x={index * step}
              y={height - barHeight}
              width={step * 0.7}
              height={barHeight}
            />
          );
        })}
      </svg>
      <div className={styles['axis']} aria-hidden="true">
        <span>{toSeconds(firstMs)}</span>
        <span>{words.longestAt(at)}</span>
        <span>
          {toSeconds(lastMs)} {words.seconds}
        </span>
      </div>
    </Section>
  );
}
