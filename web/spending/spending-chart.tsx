'use client';

import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatNumber } from '../requests/formats.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { scaleOf, type Day } from './days.ts';
import { dayName, money, shortMoney } from './formats.ts';
import styles from './spending.module.css';
import { spendingWords } from './words.ts';

const width = 640;
const height = 234;
const barShare = 0.66;

/**
 * The spending by day. The day under the pointer has a tooltip, and so has the one that the arrow
 * keys choose. The table below says the same.
 */
export function SpendingChart({ days }: { readonly days: readonly Day[] }): ReactNode {
  const words = useWords(spendingWords);
  const language = useLanguage();
  const [chosen, choose] = useState<number>();
  const highest = Math.max(...days.map(({ cost_usd: cost }) => cost));
  const scale = scaleOf(highest);
  const top = scale.at(-1) ?? 1;
  const day = chosen === undefined ? undefined : days[chosen];
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextDay(event.key, chosen ?? days.length - 1, days.length);
    if (next === undefined) return;
    event.preventDefault();
    choose(next === 'none' ? undefined : next);
  };
  return (
    <div className={styles['chart']}>
      <div className={styles['scale']} aria-hidden="true">
        {scale.toReversed().map((value) => (
          <span key={value}>{shortMoney(value)}</span>
        ))}
      </div>
      <div
        className={styles['plot']}
        role="slider"
        tabIndex={0}
        aria-label={words.chart}
        aria-valuemin={1}
        aria-valuemax={days.length}
        aria-valuenow={(chosen ?? days.length - 1) + 1}
        aria-valuetext={useDayWords(day ?? days.at(-1))}
        onKeyDown={onKeyDown}
        onFocus={() => choose((before) => before ?? days.length - 1)}
        onBlur={() => choose(undefined)}
        onPointerLeave={({ pointerType }) => pointerType === 'mouse' && choose(undefined)}
      >
        <Bars days={days} top={top} lines={scale} chosen={chosen} onChoose={choose} />
        {day !== undefined && chosen !== undefined && (
          <Tip day={day} share={(chosen + 0.5) / days.length} />
        )}
      </div>
      <div className={styles['days']} aria-hidden="true">
        {days.map(({ date }, at) => (
          <span key={date} data-shown={(days.length - 1 - at) % 5 === 0}>
            {dayName(date, language, { month: 'numeric', day: 'numeric' })}
          </span>
        ))}
      </div>
    </div>
  );
}

function nextDay(key: string, at: number, length: number): number | 'none' | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, at - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(length - 1, at + 1);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    case 'Escape':
      return 'none';
    default:
      return undefined;
  }
}

interface BarsProps {
  readonly days: readonly Day[];
  readonly top: number;
  /** The values at the lines of the scale. */
  readonly lines: readonly number[];
  readonly chosen: number | undefined;
  readonly onChoose: (at: number) => void;
}

function Bars({ days, top, lines, chosen, onChoose }: BarsProps): ReactNode {
  const step = width / days.length;
  const heightOf = (cost: number): number => (cost === 0 ? 0 : Math.max(2, (cost / top) * height));
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {lines.map((value) => {
        const y = height - (value / top) * height;
        return <line key={value} x1={0} x2={width} y1={y} y2={y} data-base={value === 0} />;
      })}
      {days.map(({ date, cost_usd: cost }, at) => (
        <g key={date} onPointerEnter={() => onChoose(at)} onPointerDown={() => onChoose(at)}>
          <rect data-area x={at * step} y={0} width={step} height={height} />
          <rect
            data-bar
            data-day={date}
            data-quiet={chosen !== undefined && chosen !== at}
            x={at * step + (step * (1 - barShare)) / 2}
            y={height - heightOf(cost)}
            width={step * barShare}
            height={heightOf(cost)}
            rx={2}
          />
        </g>
      ))}
    </svg>
  );
}

function useDayWords(day: Day | undefined): string | undefined {
  const words = useWords(spendingWords);
  const language = useLanguage();
  if (day === undefined) return undefined;
  const { date, cost_usd: cost, tokens, turns } = day;
  return [
    dayName(date, language),
    money(cost),
    `${words.tokens} ${formatNumber(tokens)}`,
    `${words.answers} ${formatNumber(turns)}`,
  ].join(', ');
}

/** A tooltip beside its bar, on the side that has room. The slider's text says the same. */
function Tip({ day, share }: { readonly day: Day; readonly share: number }): ReactNode {
  const words = useWords(spendingWords);
  const language = useLanguage();
  const gap = '1rem';
  const place =
    share > 0.5
      ? { right: `calc(${(1 - share) * 100}% + ${gap})` }
      : { left: `calc(${share * 100}% + ${gap})` };
  return (
    <div className={styles['tip']} style={place} aria-hidden="true">
      <b>{dayName(day.date, language)}</b>
      <dl>
        <dt>{words.cost}</dt>
        <dd>{money(day.cost_usd)}</dd>
        <dt>{words.tokens}</dt>
        <dd>{formatNumber(day.tokens)}</dd>
        <dt>{words.answers}</dt>
        <dd>{formatNumber(day.turns)}</dd>
      </dl>
    </div>
  );
}
