import type { ReactNode } from 'react';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { Section } from './section.tsx';
import type { TurnSources } from './turn-sources.ts';
import { behindWords, type BehindWords } from './words.ts';

type Detail = readonly [name: string, value: string | number | undefined, isCode?: true];

/** What else is known of a turn: its model, its ending, and what had to be repeated. */
export function Details(sources: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const language = useLanguage();
  const details = [...storedDetails(sources, words, language), ...traceDetails(sources, words)];
  const known = details.filter(([, value]) => value !== undefined);
  if (known.length === 0) return undefined;
  return (
    <Section title={words.details}>
      <dl className={styles['details']}>
        {known.map(([name, value, isCode]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={isCode === true ? 'mono' : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function storedDetails(
  { stored, ended, facts, arrivals }: TurnSources,
  words: BehindWords,
  language: string,
): readonly Detail[] {
  const turn = stored.type === 'loaded' ? stored.value : undefined;
  const asked = turn?.created_at ?? arrivals?.startedAtMs;
  return [
    [words.model, turn?.model ?? facts?.model, true],
    [words.ending, turn?.stop_reason ?? ended?.answer.stopReason ?? facts?.stopReason, true],
    [words.error, turn?.error_code ?? facts?.error, true],
    [words.asked, asked === undefined ? undefined : new Date(asked).toLocaleString(language)],
    [words.losses, arrivals?.losses],
  ];
}

function traceDetails({ facts }: TurnSources, words: BehindWords): readonly Detail[] {
  if (facts === undefined) return [];
  const { requestedModel, model, retries, fallbacks, refusedByBreaker } = facts;
  const isReplaced = requestedModel !== undefined && model !== requestedModel;
  const instead = isReplaced ? ` · ${words.insteadOf(requestedModel)}` : '';
  return [
    [words.retries, retries],
    [words.fallbacks, fallbacks === 0 ? 0 : `${fallbacks}${instead}`],
    [
      words.breaker,
      refusedByBreaker === 0 ? words.breakerClosed : words.breakerOpen(refusedByBreaker),
    ],
    [words.writes, facts.writes],
    [words.tools, facts.tools],
    [words.searches, facts.searches],
    [words.coldStart, facts.isColdStart ? words.yes : words.no],
  ];
}
