import type { ReactNode } from 'react';
import { useModelName, useModelPrice } from '../chat/choices/use-options.ts';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { toCount, toUsd } from './format-time.ts';
import { Section } from './section.tsx';
import { tokenCosts } from './token-costs.ts';
import { costOf, modelOf, usageOf, type TurnSources } from './turn-sources.ts';
import { behindWords } from './words.ts';

/** The tokens of a turn and their cost by kinds, which have different prices. */
export function Tokens(sources: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const usage = usageOf(sources);
  const modelId = modelOf(sources);
  const modelName = useModelName(modelId);
  const price = useModelPrice(modelId);
  if (usage === undefined) return undefined;
  const { cacheReadInputTokens, cacheWriteInputTokens, inputTokens, outputTokens } = usage;
  const kinds = [
    ['cacheRead', words.cacheRead, cacheReadInputTokens],
    ['cacheWrite', words.cacheWrite, cacheWriteInputTokens],
    ['input', words.input, inputTokens],
    ['output', words.output, outputTokens],
  ] as const;
  const cost = costOf(sources);
  const costs =
    cost === undefined || price === undefined ? undefined : tokenCosts(usage, price, cost);
  return (
    <Section title={words.tokens}>
      <div className={styles['stack']} aria-hidden="true">
        {kinds.map(
          ([kind, , count]) =>
            count > 0 && <i key={kind} className={styles[kind]} style={{ flex: count }} />,
        )}
      </div>
      <table className={styles['tokens']}>
        <thead>
          <tr>
            <th scope="col">{modelName ?? words.kind}</th>
            <th scope="col">{words.tokens}</th>
            {cost !== undefined && (
              <th scope="col">{sources.isBilled ? words.cost : words.costOnAws}</th>
            )}
          </tr>
        </thead>
        <tbody>
          {kinds.map(([kind, name, count]) => (
            <tr key={kind}>
              <th scope="row">
                <i className={`${styles['key']} ${styles[kind]}`} />
                {name}
              </th>
              <td className="number">{toCount(count)}</td>
              {cost !== undefined && (
                <td className="number">{costs === undefined ? '' : toUsd(costs[kind])}</td>
              )}
            </tr>
          ))}
          <tr>
            <th scope="row">{words.total}</th>
            <td className="number">{toCount(usage.totalTokens)}</td>
            {cost !== undefined && <td className="number">{toUsd(cost)}</td>}
          </tr>
        </tbody>
      </table>
      {usage.isEstimated === true && <p className={styles['hint']}>{words.estimated}</p>}
    </Section>
  );
}
