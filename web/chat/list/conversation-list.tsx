'use client';

import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { Button } from '../../parts/button.tsx';
import { useShell } from '../../shell/shell-context.tsx';
import { useLanguage } from '../../words/language.tsx';
import { useWords } from '../../words/use-words.ts';
import { ConversationRow } from './conversation-row.tsx';
import { groupByDay } from './group-by-day.ts';
import type { ConversationActions } from './actions/use-conversation-actions.ts';
import type { ConversationListView } from './use-conversation-list.ts';
import { listWords } from './words.ts';

export interface ConversationListProps {
  readonly list: ConversationListView;
  readonly actions: ConversationActions;
  /** The conversations that are being answered. */
  readonly answering: ReadonlySet<string>;
}

/** The reader's conversations by day, the most recently used first. */
export function ConversationList({ list, actions, answering }: ConversationListProps): ReactNode {
  const words = useWords(listWords);
  const language = useLanguage();
  const { view } = useShell();
  const openId = view.type === 'chat' ? view.conversationId : undefined;
  const { conversations } = list;
  const day = new Date().toDateString();
  // While an answer arrives, the page is rendered many times a second.
  const groups = useMemo(
    () => groupByDay(conversations ?? [], { now: new Date(), language, words }),
    [conversations, day, language, words],
  );
  return (
    <nav id="conversations" aria-label={words.conversations}>
      <State list={list} />
      {groups.map(({ name, items }) => (
        <div key={name} role="group" aria-label={name}>
          <h2 className="rail-group">{name}</h2>
          <ul>
            {items.map((conversation) => (
              <ConversationRow
                key={conversation.conversation_id}
                conversation={conversation}
                isOpen={conversation.conversation_id === openId}
                isAnswering={answering.has(conversation.conversation_id)}
                actions={actions}
              />
            ))}
          </ul>
        </div>
      ))}
      {list.hasMore && <More list={list} />}
    </nav>
  );
}

/** What there is to say instead of conversations. */
function State({ list }: Pick<ConversationListProps, 'list'>): ReactNode {
  const words = useWords(listWords);
  if (list.hasFailed) {
    return (
      <div className="hint-line" role="alert">
        <p>{words.listFailed}</p>
        <Button kind="bare" onClick={list.refresh}>
          {words.tryAgain}
        </Button>
      </div>
    );
  }
  if (list.conversations === undefined) return <p className="hint-line">{words.loading}</p>;
  if (list.conversations.length > 0 || list.hasMore) return undefined;
  return <p className="hint-line">{words.noConversations}</p>;
}

/** Loads more conversations when the reader has scrolled to the end, or presses the button. */
function More({ list }: Pick<ConversationListProps, 'list'>): ReactNode {
  const words = useWords(listWords);
  const end = useRef<HTMLDivElement>(null);
  const { isLoading, hasFailed, loadMore } = list;
  const latest = useRef(loadMore);
  latest.current = loadMore;
  useEffect(() => {
    // After a failure, only the button tries again.
    if (end.current === null || isLoading || hasFailed) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) latest.current();
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isLoading, hasFailed]);
  return (
    <div ref={end}>
      <Button kind="bare" disabled={isLoading} onClick={loadMore}>
        {words.showMore}
      </Button>
    </div>
  );
}
