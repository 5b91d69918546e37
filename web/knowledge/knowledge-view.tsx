'use client';

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { ChatError } from '#domain/errors.ts';
import { maxQueryLength } from '#domain/model/knowledge.ts';
import { Button } from '../parts/button.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { Failed } from '../requests/failed.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useDescribe } from '../requests/use-describe.ts';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import styles from './knowledge.module.css';
import { PassageCard } from './passage-card.tsx';
import { useBases, useSearch, type SearchView } from './use-search.ts';
import { knowledgeWords } from './words.ts';

/** A search in the knowledge bases, whose passages answers cite. */
export function KnowledgeView(): ReactNode {
  const words = useWords(knowledgeWords);
  const { knowledge: title } = useWords(shellWords);
  const search = useSearch();
  return (
    <div className="view">
      <div className="view-head">
        <h1>{title}</h1>
      </div>
      <p className={styles['intro']}>{words.intro}</p>
      <SearchForm search={search} />
      <div className={styles['results']}>
        <SearchResult search={search} />
      </div>
    </div>
  );
}

function SearchForm({ search }: { readonly search: SearchView }): ReactNode {
  const words = useWords(knowledgeWords);
  const [text, setText] = useState('');
  const [base, setBase] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!window.matchMedia('(pointer: coarse)').matches) field.current?.focus();
  }, []);
  const isTooLong = text.length > maxQueryLength;
  const canSearch = text.trim() !== '' && !isTooLong;
  return (
    <search>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (canSearch) search.search({ text: text.trim(), base });
        }}
      >
        <input
          ref={field}
          type="search"
          aria-label={words.query}
          aria-invalid={isTooLong}
          placeholder={words.placeholder}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <BaseChoice base={base} onChoose={setBase} />
        <Button kind="primary" type="submit" icon="search" disabled={!canSearch}>
          {words.search}
        </Button>
      </form>
      {isTooLong && (
        <p className={styles['error']} role="alert">
          {words.tooLong(formatNumber(maxQueryLength))}
        </p>
      )}
    </search>
  );
}

interface BaseChoiceProps {
  readonly base: string | undefined;
  readonly onChoose: (name: string) => void;
}

/** The choice of a knowledge base, if there are several. */
function BaseChoice({ base, onChoose }: BaseChoiceProps): ReactNode {
  const words = useWords(knowledgeWords);
  const bases = useBases();
  if (bases.length < 2) return undefined;
  return (
    <select
      aria-label={words.base}
      value={base ?? bases[0]}
      onChange={({ target }) => onChoose(target.value)}
    >
      {bases.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function SearchResult({ search: { state, search } }: { readonly search: SearchView }): ReactNode {
  const words = useWords(knowledgeWords);
  const describe = useDescribe();
  switch (state.type) {
    case 'none':
      return undefined;
    case 'searching':
      return <p className={`quiet ${styles['status']}`}>{words.searching}</p>;
    case 'failed': {
      const { query, error } = state;
      const isUnknown = error instanceof ChatError && error.code === 'invalid_request';
      return (
        <Failed
          title={words.failed}
          text={isUnknown ? words.noBase : describe(error)}
          onRetry={() => search(query)}
        />
      );
    }
    case 'found': {
      const { passages, query, base } = state;
      if (passages.length === 0) {
        return (
          <div role="status">
            <Nothing icon="search" title={words.nothing(query.text)} text={words.nothingHint} />
          </div>
        );
      }
      return (
        <section>
          <div role="status">
            <h2 className={styles['status']}>{words.found(passages.length, query.text)}</h2>
          </div>
          <ol className={styles['passages']} aria-label={words.passages}>
            {passages.map((passage, at) => (
              <PassageCard key={at} passage={passage} base={base} />
            ))}
          </ol>
        </section>
      );
    }
  }
}
