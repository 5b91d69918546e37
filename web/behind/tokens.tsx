import type { ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { toCount } from './format-time.ts';
import { Section } from './section.tsx';
import { costOf, usageOf, type TurnSources } from './turn-sources.ts';
import { behindWords } from './words.ts';

/** The tokens of a turn by their kinds, which have different prices. */
export function Tokens(sources: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const usage = usageOf(sources);
  if (usage === undefined) return undefined;
  const { cacheReadInputTokens, cacheWriteInputTokens, inputTokens, outputTokens } = usage;
  const kinds = [
    ['cacheRead', words.cacheRead, cacheReadInputTokens],
    ['cacheWrite', words.cacheWrite, cacheWriteInputTokens],
    ['input', words.input, inputTokens],
    ['output', words.output, outputTokens],
  ] as const;
  const cost = costOf(sources);
  return (
    <Section title={words.tokens}>
      <div className={styles['stack']} aria-hidden="true">
        {kinds.map(
          ([kind, , count]) =>
            count > 0 && <i key={kind} className={styles[kind]} style={{ flex: count }} />,
        )}
      </div>
      <table className={styles['tokens']}>
        <tbody>
          {kinds.map(([kind, name, count]) => (
            <tr key={kind}>
              <th scope="row">
                <i className={`${styles['key']} ${styles[kind]}`} />
                {name}
              </th>
              <td className="number">{toCount(count)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              {words.total}
              {cost !== undefined && <span className="quiet"> · ${cost.toFixed(5)}</span>}
            </th>
            <td className="number">{toCount(usage.totalTokens)}</td>
          </tr>
        </tbody>
      </table>
      {usage.isEstimated === true && <p className={styles['hint']}>{words.estimated}</p>}
    </Section>
  );
}
