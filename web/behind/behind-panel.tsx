'use client';

import { memo, useState, type ReactNode } from 'react';
import type { TurnView } from '../chat/turn/turn-view.ts';
import { PanelFrame } from '../shell/panel.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import { Details } from './details.tsx';
import { Figures } from './figures.tsx';
import { Gaps } from './gaps.tsx';
import { Notes } from './notes.tsx';
import { RawEvents } from './raw-events-list.tsx';
import { Tabs, type TabName } from './tabs.tsx';
import { TimelineRows } from './timeline/timeline-rows.tsx';
import { Tokens } from './tokens.tsx';
import { factsOf } from './timeline/trace-facts.ts';
import type { TurnSources } from './turn-sources.ts';
import { useArrivals, useSpans, useStoredTurn } from './use-turn-facts.ts';
import { behindWords } from './words.ts';

export interface BehindPanelProps {
  /** The turn to look at; the last one if undefined. */
  readonly turnKey: string | undefined;
  readonly branch: readonly TurnView[];
}

/** What happened behind the answer of a turn, as far as it is known. */
export function BehindPanel({ turnKey, branch }: BehindPanelProps): ReactNode {
  const title = useWords(shellWords).behind;
  const words = useWords(behindWords);
  const turn = branch.find(({ key }) => key === turnKey) ?? branch.at(-1);
  if (turn === undefined) {
    return (
      <PanelFrame title={title}>
        <p className="quiet">{words.empty}</p>
      </PanelFrame>
    );
  }
  return (
    <PanelFrame title={title}>
      <TurnFacts
        key={turn.key}
        turnKey={turn.key}
        turnId={turn.turnId}
        ended={turn.state === 'settled' ? turn : undefined}
      />
    </PanelFrame>
  );
}

interface TurnFactsProps {
  readonly turnKey: string;
  readonly turnId: string | undefined;
  /** The turn once its answer has ended: until then, it changes with each part. */
  readonly ended: TurnView | undefined;
}

/** Rendered twice a second while the answer arrives, not with each part of it. */
const TurnFacts = memo(function TurnFacts({ turnKey, turnId, ended }: TurnFactsProps): ReactNode {
  const { isLocal, isBilled, view } = useShell();
  const conversationId = view.type === 'chat' ? view.conversationId : undefined;
  const ids = { conversationId, turnId: ended === undefined ? undefined : turnId };
  const [tab, setTab] = useState<TabName>('timeline');
  const spans = useSpans(ids, isLocal);
  const sources: TurnSources = {
    arrivals: useArrivals(turnKey, ended === undefined),
    stored: useStoredTurn(ids),
    spans,
    facts: spans.type === 'loaded' ? factsOf(spans.value) : undefined,
    ended,
    isLocal,
    isBilled,
  };
  return (
    <>
      <Tabs tab={tab} onChange={setTab} />
      <div
        className={styles['body']}
        role="tabpanel"
        id="behind-panel"
        aria-labelledby={`behind-tab-${tab}`}
      >
        {tab === 'timeline' ? (
          <>
            <Figures {...sources} />
            <TimelineRows {...sources} />
            <Notes {...sources} />
            <Gaps {...sources} />
            <Tokens {...sources} />
            <Details {...sources} />
          </>
        ) : (
          <RawEvents arrivals={sources.arrivals} />
        )}
      </div>
    </>
  );
});
