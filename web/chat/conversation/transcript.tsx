import { useRef, type ReactNode } from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { usePreferences } from '../../preferences/use-preferences.tsx';
import { approvalRequired } from '#domain/model/tools.ts';
import { answerWords } from '../turn/answer/words.ts';
import { answersOf, questionsOf } from '../turn/branches.ts';
import { endingOf } from '../turn/ending/ending.ts';
import { endingWords } from '../turn/ending/words.ts';
import { runWhenIdle } from '../turn/markdown/idle-work.ts';
import { warmUpMarkdown } from '../turn/markdown/markdown.tsx';
import { Turn } from '../turn/turn.tsx';
import { answerText, type TurnView } from '../turn/turn-view.ts';
import { useWords } from '../../words/use-words.ts';
import { Queued } from './queued.tsx';
import type { ConversationView } from './use-conversation.ts';
import { useFollowing } from './use-following.ts';
import { useGradually } from './use-gradually.ts';
import { useKeepPlace } from './use-keep-place.ts';
import type { Words } from '../words.ts';

export interface TranscriptProps {
  readonly words: Words;
  readonly conversation: ConversationView;
  /** The key of the turn whose question is edited. */
  readonly editing: string | undefined;
  readonly onEdit: (key: string | undefined) => void;
}

/** Prepares for the first conversation, when the page has nothing better to do. */
export function warmUp(): void {
  runWhenIdle(warmUpMarkdown);
}

/** The turns of a conversation. The view follows new text until the reader scrolls up. */
export function Transcript(props: TranscriptProps): ReactNode {
  const { words, conversation } = props;
  const { branch, problem, isLoading, cursor } = conversation;
  const viewport = useRef<HTMLDivElement>(null);
  const shown = useGradually(branch, conversation.conversationId, heightOf);
  const latest = branch.at(-1);
  const { isFollowing, follow, onScroll, onWheel } = useFollowing(viewport, latest?.key);
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
        onWheel={onWheel}
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
      <Announcement latest={latest} words={words} />
    </div>
  );
}

/** About how many letters fill a line, and how high a line is, in pixels. */
const [lineLength, linePx] = [80, 24];

/** Estimates the height of a turn in pixels from its text. */
function heightOf(turn: TurnView): number {
  const lines = `${turn.question}\n${answerText(turn)}`.split('\n');
  return lines.reduce((sum, { length }) => sum + Math.ceil((length + 1) / lineLength), 0) * linePx;
}

interface AnnouncementProps {
  readonly latest: TurnView | undefined;
  readonly words: Words;
}

/** What screen readers announce, if the reader wants it. */
function Announcement({ latest, words }: AnnouncementProps): ReactNode {
  const { preferences } = usePreferences();
  const status = useStatus(latest, words);
  return (
    <p className="visually-hidden" role="status">
      {preferences.announce === 'end' && status}
    </p>
  );
}

interface TurnsProps extends TranscriptProps {
  readonly shown: readonly TurnView[];
}

function Turns({ conversation, editing, onEdit, shown }: TurnsProps): ReactNode {
  const { turns, queue, isBusy, actions } = conversation;
  return (
    <>
      {shown.map((turn) => (
        <Turn
          key={turn.key}
          turn={turn}
          questions={questionsOf(turns, turn)}
          answers={answersOf(turns, turn)}
          actions={actions}
          isBusy={isBusy}
          isEditing={turn.key === editing}
          onEdit={onEdit}
        />
      ))}
      {queue.map((message) => (
        <Queued key={message.key} message={message} onCancel={() => actions.cancel(message.key)} />
      ))}
    </>
  );
}

function Problem({ children }: { readonly children: string }): ReactNode {
  return (
    <p className="problem" role="alert">
      {children}
    </p>
  );
}

/** Returns what screen readers announce: the beginning and end of an answer, not each word. */
function useStatus(latest: TurnView | undefined, words: Words): string {
  const endings = useWords(endingWords);
  const { reconnecting, waiting } = useWords(answerWords);
  if (latest === undefined || !latest.isAnnounced) return '';
  if (latest.state === 'streaming') {
    return latest.isReconnecting === true ? reconnecting : words.writing;
  }
  if (latest.answer.stopReason === approvalRequired) return waiting;
  const ending = endingOf(latest, endings);
  if (ending === undefined) return words.complete;
  // Failures are alerts of their own.
  return ending.kind === 'bad' ? '' : `${ending.title ?? ''} ${ending.text}`.trim();
}
