import { useRef, type ReactNode } from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { usePreferences } from '../../preferences/use-preferences.tsx';
import { Turn } from '../turn/turn.tsx';
import { endingOf, type TurnView } from '../turn/turn-view.ts';
import type { ConversationView } from './use-conversation.ts';
import { useFollowing } from './use-following.ts';
import { useGradually } from './use-gradually.ts';
import { useKeepPlace } from './use-keep-place.ts';
import type { Words } from '../words.ts';

export interface TranscriptProps {
  readonly words: Words;
  readonly conversation: ConversationView;
  /** Whether AWS bills the answers. If not, costs are shown as what AWS would charge. */
  readonly isBilled: boolean;
}

/** The turns of a conversation. The view follows new text until the reader scrolls up. */
export function Transcript(props: TranscriptProps): ReactNode {
  const { words, conversation } = props;
  const { branch, problem, isLoading, cursor } = conversation;
  const { preferences } = usePreferences();
  const viewport = useRef<HTMLDivElement>(null);
  const shown = useGradually(branch, conversation.conversationId);
  const latest = branch.at(-1);
  const { isFollowing, follow, onScroll } = useFollowing(viewport, shown, latest?.key);
  const notePlace = useKeepPlace(viewport, shown[0]?.key);
  const loadOlder = (): void => {
    notePlace();
    conversation.loadOlder();
  };

  return (
    <div className="transcript-frame">
      <div
        className="scroll transcript"
        ref={viewport}
        onScroll={() => {
          onScroll();
          notePlace();
        }}
      >
        <div className="column turns" role="log" aria-live="off" aria-label={words.transcript}>
          {problem !== undefined && <Problem>{problem}</Problem>}
          {isLoading && <p className="note">{words.loading}</p>}
          {cursor !== undefined && (
            <Button kind="bare" className="show-older" onClick={loadOlder}>
              {words.showOlder}
            </Button>
          )}
          <Turns {...props} shown={shown} />
        </div>
      </div>
      {!isFollowing && (
        <IconButton
          icon="latest"
          size="small"
          label={words.goToLatest}
          className="to-latest"
          onClick={follow}
        />
      )}
      <p className="visually-hidden" role="status">
        {preferences.announce === 'end' && statusOf(latest, words)}
      </p>
    </div>
  );
}

interface TurnsProps extends TranscriptProps {
  readonly shown: readonly TurnView[];
}

function Turns({ words, conversation, isBilled, shown }: TurnsProps): ReactNode {
  const { branch, isBusy, actions } = conversation;
  return shown.map((turn) => (
    <Turn
      key={turn.key}
      words={words}
      turn={turn}
      alternatives={actions.alternatives(turn)}
      actions={isBusy ? undefined : actions}
      isLast={turn === branch.at(-1)}
      isBilled={isBilled}
    />
  ));
}

function Problem({ children }: { readonly children: string }): ReactNode {
  return (
    <p className="problem" role="alert">
      {children}
    </p>
  );
}

/** Returns what screen readers announce: the beginning and end of an answer, not each word. */
function statusOf(latest: TurnView | undefined, words: Words): string {
  if (latest === undefined || !latest.isAnnounced) return '';
  if (latest.state === 'streaming') return words.writing;
  if (latest.problem !== undefined) return '';
  return endingOf(latest, words) ?? words.complete;
}
