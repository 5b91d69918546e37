'use client';

import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { spendingJson, type SpendingJson } from '#protocol/spending/spending-schema.ts';
import { Failed } from '../requests/failed.tsx';
import { formatNumber } from '../requests/formats.ts';
import { requestJson } from '../requests/request-json.ts';
import { useDescribe } from '../requests/use-describe.ts';
import { requestWords } from '../requests/words.ts';
import { useShell } from '../shell/shell-context.tsx';
import { shellWords } from '../shell/words.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { lastDays, resetOf } from './days.ts';
import { DayTable } from './day-table.tsx';
import { money, shortMoney, timeOfDay } from './formats.ts';
import { LimitLine } from './limit-line.tsx';
import { SpendingChart } from './spending-chart.tsx';
import styles from './spending.module.css';
import { spendingWords } from './words.ts';

/** What the reader has spent: today against the limits, and by day. */
export function SpendingView(): ReactNode {
  const words = useWords(spendingWords);
  const common = useWords(requestWords);
  const { spending: title } = useWords(shellWords);
  const describe = useDescribe();
  const { spending, error, reload } = useSpending();
  return (
    <div className="view">
      <div className="view-head">
        <h1>{title}</h1>
      </div>
      {error !== undefined && (
        <Failed title={words.failed} text={describe(error)} onRetry={reload} />
      )}
      {spending === undefined && error === undefined && <p className="quiet">{common.loading}</p>}
      {spending !== undefined && <Figures spending={spending} />}
    </div>
  );
}

function useSpending(): {
  readonly spending: SpendingJson | undefined;
  readonly error: unknown;
  reload(): void;
} {
  const [spending, setSpending] = useState<SpendingJson>();
  const [error, setError] = useState<unknown>();
  const load = useCallback(async (): Promise<void> => {
    try {
      setSpending(await requestJson(spendingJson, '/usage'));
      setError(undefined);
    } catch (failure) {
      setError(failure);
    }
  }, []);
  useEffect(() => {
    void load();
    // It grows while the reader is elsewhere.
    const onVisible = (): void => {
      if (!document.hidden) void load();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, [load]);
  return { spending, error, reload: () => void load() };
}

function Figures({ spending }: { readonly spending: SpendingJson }): ReactNode {
  const words = useWords(spendingWords);
  const language = useLanguage();
  const days = lastDays(spending);
  const isEmpty = days.every(({ turns, cost_usd: cost }) => turns === 0 && cost === 0);
  const begins = timeOfDay(resetOf(spending.today), language);
  return (
    <>
      <div className={styles['today']}>
        <Today spending={spending} />
        <section aria-label={words.byDay}>
          <h2 className={styles['heading']}>{words.byDay}</h2>
          {isEmpty ? <p className="quiet">{words.noneYet}</p> : <SpendingChart days={days} />}
          <p className={styles['note']}>{words.dayNote(begins)}</p>
        </section>
      </div>
      {!isEmpty && <DayTable days={days} />}
    </>
  );
}

function Today({ spending: { today, limits } }: { readonly spending: SpendingJson }): ReactNode {
  const words = useWords(spendingWords);
  const language = useLanguage();
  const { isBilled } = useShell();
  const resetTime = timeOfDay(resetOf(today), language);
  const { cost_usd: cost, tokens, turns } = today;
  return (
    <section aria-label={words.today}>
      <h2 className={styles['heading']}>{words.today}</h2>
      <p className={styles['big']}>{money(cost)}</p>
      <p className="quiet">{isBilled ? words.billed : words.wouldCost}</p>
      <div className={styles['limits']}>
        <LimitLine
          label={words.money}
          share={cost / limits.usd_per_day}
          value={words.of(money(cost), shortMoney(limits.usd_per_day))}
          resetTime={resetTime}
        />
        <LimitLine
          label={words.tokens}
          share={tokens / limits.tokens_per_day}
          value={words.of(formatNumber(tokens), formatNumber(limits.tokens_per_day))}
          resetTime={resetTime}
        />
        <div>
          <div className={styles['limit']}>
            {words.answers}
            <span>{formatNumber(turns)}</span>
          </div>
          <small>{words.perMinute(formatNumber(limits.requests_per_minute))}</small>
        </div>
      </div>
      <p className={styles['note']}>{words.reserved}</p>
    </section>
  );
}
