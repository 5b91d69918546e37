import type { ReactNode } from 'react';
import { formatNumber } from '../requests/formats.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import type { Day } from './days.ts';
import { dayName, money } from './formats.ts';
import styles from './spending.module.css';
import { spendingWords } from './words.ts';

/** The figures of the chart as a table, newest day first. Days without spending are left out. */
export function DayTable({ days }: { readonly days: readonly Day[] }): ReactNode {
  const words = useWords(spendingWords);
  const language = useLanguage();
  const used = days.filter(({ turns, tokens }) => turns > 0 || tokens > 0).toReversed();
  return (
    <section className={styles['by-day']}>
      <h2 className={styles['heading']}>{words.table}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.day}</th>
            <th scope="col">{words.answers}</th>
            <th scope="col">{words.tokens}</th>
            <th scope="col">{words.cost}</th>
          </tr>
        </thead>
        <tbody>
          {used.map(({ date, turns, tokens, cost_usd: cost }) => (
            <tr key={date}>
              <th scope="row">{dayName(date, language)}</th>
              <td>{formatNumber(turns)}</td>
              <td>{formatNumber(tokens)}</td>
              <td>{money(cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
