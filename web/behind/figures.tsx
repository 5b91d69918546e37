import type { ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { toSeconds, toUsd } from './format-time.ts';
import { costOf, timesOf, usageOf, type TurnSources } from './turn-sources.ts';
import { behindWords } from './words.ts';

/** The four numbers of a turn. */
export function Figures(sources: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const { firstMs, totalMs, writingMs = 0 } = timesOf(sources);
  const outputTokens = usageOf(sources)?.outputTokens;
  const isMeasured = outputTokens !== undefined && writingMs > 0;
  const speed = isMeasured ? String(Math.round((outputTokens * 1_000) / writingMs)) : undefined;
  const cost = costOf(sources);
  return (
    <dl className={styles['figures']}>
      <Figure name={words.firstToken} unit={words.seconds}>
        {firstMs === undefined ? undefined : toSeconds(firstMs)}
      </Figure>
      <Figure name={words.total} unit={words.seconds}>
        {totalMs === undefined ? undefined : toSeconds(totalMs)}
      </Figure>
      <Figure name={words.speed} unit={words.perSecond}>
        {speed}
      </Figure>
      <Figure name={sources.isBilled ? words.cost : words.costOnAws}>
        {cost === undefined ? undefined : toUsd(cost)}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly unit?: string;
  /** Undefined if it is not known. */
  readonly children: string | undefined;
}

function Figure({ name, unit, children }: FigureProps): ReactNode {
  const words = useWords(behindWords);
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children ?? words.unknown}
        {children !== undefined && unit !== undefined && <small>{unit}</small>}
      </dd>
    </div>
  );
}
