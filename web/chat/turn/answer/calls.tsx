'use client';

import type { ReactNode } from 'react';
import { Icon, type IconName } from '../../../parts/icon.tsx';
import { useWords } from '../../../words/use-words.ts';
import { Flow } from './progress.tsx';
import { titleOf, type SearchView, type ToolCallView } from './sections.ts';
import { answerWords, type AnswerWords } from './words.ts';
import { Visible } from '../../visible.tsx';

export interface CallsProps {
  readonly calls: readonly (ToolCallView | SearchView)[];
}

/** Calls of tools and searches, in one card. Each opens to what went in and what came out. */
export function Calls({ calls }: CallsProps): ReactNode {
  return (
    <div className="calls">
      {calls.map((each, index) =>
        each.type === 'tool' ? (
          <ToolCall key={each.call.toolUseId} {...each} />
        ) : (
          <Search key={`search-${index}`} {...each} />
        ),
      )}
    </div>
  );
}

function ToolCall({ call, state, result }: ToolCallView): ReactNode {
  const words = useWords(answerWords);
  const { name, inputJson } = call;
  const title = words.tools.get(name);
  return (
    <details className="call" data-state={state}>
      <summary>
        <Icon name="plug" size="small" />
        <b>{title ?? <Visible text={name} />}</b>
        {title !== undefined && <span className="mono only-desk">{name}</span>}
        <Outcome state={state} durationMs={result?.durationMs} words={words} />
      </summary>
      <dl className="call-body">
        <dt>{words.input}</dt>
        <dd className="mono">
          <Visible text={inputJson === '' ? '{}' : inputJson} />
        </dd>
        {result !== undefined && (
          <>
            <dt>{state === 'done' ? words.result : words.failedBecause}</dt>
            <dd className="mono">
              <Visible text={result.text} />
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

function Search({ search }: SearchView): ReactNode {
  const words = useWords(answerWords);
  const { query, passages } = search;
  return (
    <details className="call" data-state="done">
      <summary>
        <Icon name="book" size="small" />
        <b>{words.searched}</b>
        <span className="took">{words.found(passages.length)}</span>
        <Mark name="check" label={words.states.done} />
        <Fold />
      </summary>
      <dl className="call-body">
        <dt>{words.query}</dt>
        <dd>
          <Visible text={query} />
        </dd>
        {passages.map((passage, index) => (
          // The list never changes.
          <SearchHit key={index} title={titleOf(passage)} text={passage.text} />
        ))}
      </dl>
    </details>
  );
}

function SearchHit(hit: { readonly title: string; readonly text: string }): ReactNode {
  return (
    <>
      <dt className="call-source">
        <Visible text={hit.title} />
      </dt>
      <dd>
        <Visible text={hit.text} />
      </dd>
    </>
  );
}

interface OutcomeProps {
  readonly state: ToolCallView['state'];
  readonly durationMs: number | undefined;
  readonly words: AnswerWords;
}

function Outcome({ state, durationMs, words }: OutcomeProps): ReactNode {
  const label = words.states[state];
  if (state === 'running') {
    return (
      <>
        <span className="took">{label}</span>
        <Flow />
        <Fold />
      </>
    );
  }
  // A tenth of a second is the least that is worth a number.
  const seconds =
    durationMs === undefined ? undefined : Math.max(1, Math.round(durationMs / 100)) / 10;
  if (state === 'done') {
    return (
      <>
        <span className="took">{seconds !== undefined && words.seconds(seconds)}</span>
        <Mark name="check" label={label} />
        <Fold />
      </>
    );
  }
  return (
    <>
      <span className="took outcome">{label}</span>
      <Mark name={state === 'denied' ? 'close' : 'alert'} />
      <Fold />
    </>
  );
}

function Mark({ name, label }: { readonly name: IconName; readonly label?: string }): ReactNode {
  return (
    <span className="state">
      <Icon name={name} size="small" />
      {label !== undefined && <span className="visually-hidden">{label}</span>}
    </span>
  );
}

function Fold(): ReactNode {
  return (
    <span className="fold">
      <Icon name="right" size="small" />
    </span>
  );
}
