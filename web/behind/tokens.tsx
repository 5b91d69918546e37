import type { ReactNode } from 'react';
import type { Usage } from '#domain/conversation/usage.ts';
import { useModelName, useModelPrice } from '../chat/choices/use-options.ts';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { toCount, toUsd } from './format-time.ts';
import { Section } from './section.tsx';
import { tokenCosts, type TokenKind } from './token-costs.ts';
import { costOf, modelOf, usageOf, type TurnSources } from './turn-sources.ts';
import { behindWords } from './words.ts';

/** The tokens of a turn and their cost by kinds, which have different prices. */
export function Tokens(sources: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const usage = usageOf(sources);
  if (usage === undefined) return undefined;
  const { cacheReadInputTokens, cacheWriteInputTokens, inputTokens, outputTokens } = usage;
  const kinds = [
    ['cacheRead', cacheReadInputTokens],
    ['cacheWrite', cacheWriteInputTokens],
    ['input', inputTokens],
    ['output', outputTokens],
  ] as const;
  return (
    <Section title={words.tokens}>
      <div className={styles['stack']} aria-hidden="true">
        {kinds.map(
          ([kind, count]) =>
            count > 0 && <i key={kind} className={styles[kind]} style={{ flex: count }} />,
        )}
      </div>
      <TokenTable sources={sources} usage={usage} kinds={kinds} />
      {usage.isEstimated === true && <p className={styles['hint']}>{words.estimated}</p>}
    </Section>
  );
}

interface TokenTableProps {
  readonly sources: TurnSources;
  readonly usage: Usage;
  readonly kinds: readonly (readonly [kind: TokenKind, count: number])[];
}

function TokenTable({ sources, usage, kinds }: TokenTableProps): ReactNode {
  const words = useWords(behindWords);
  const modelId = modelOf(sources);
  const modelName = useModelName(modelId);
  const price = useModelPrice(modelId);
  const cost = costOf(sources);
  const costs =
    cost === undefined || price === undefined ? undefined : tokenCosts(usage, price, cost);
  const costCell = (usd: number | undefined): ReactNode =>
    cost !== undefined && <td className="number">{usd === undefined ? '' : toUsd(usd)}</td>;
  return (
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
        {kinds.map(([kind, count]) => (
          <tr key={kind}>
            <th scope="row">
              <i className={`${styles['key']} ${styles[kind]}`} />
              {words[kind]}
            </th>
            <td className="number">{toCount(count)}</td>
            {costCell(costs?.[kind])}
          </tr>
        ))}
        <tr>
          <th scope="row">{words.total}</th>
          <td className="number">{toCount(usage.totalTokens)}</td>
          {costCell(cost)}
        </tr>
      </tbody>
    </table>
  );
}
