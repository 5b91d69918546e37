import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { approvalRequired } from '#domain/model/tools.ts';
import { answerWords } from '../turn/answer/words.ts';
import { answersOf, questionsOf } from '../turn/branches.ts';
import { endingOf } from '../turn/ending/ending.ts';
import { endingWords } from '../turn/ending/words.ts';
import { Turn } from '../turn/turn.tsx';
import type { TurnView } from '../turn/turn-view.ts';
import { useWords } from '../../words/use-words.ts';
import { Queued } from './queued.tsx';
import type { ConversationView } from './use-conversation.ts';
import type { Words } from '../words.ts';

export interface TranscriptProps {
  readonly words: Words;
  readonly conversation: ConversationView;
  /** The key of the turn whose question is edited. */
  readonly editing: string | undefined;
  readonly onEdit: (key: string | undefined) => void;
}

/** The view follows new text while it is within this many pixels of the end. */
const followThresholdPx = 40;

/** The turns of a conversation. The view follows new text until the reader scrolls up. */
export function Transcript(props: TranscriptProps): ReactNode {
  const { words, conversation } = props;
  const { branch, queue, problem, isLoading, cursor } = conversation;
  const viewport = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const latest = branch.at(-1);
  const latestKey = latest?.key;
  const status = useStatus(latest, words);

  useKeepPlace(viewport, branch);
  useEffect(() => setFollowing(true), [latestKey]);
  useEffect(() => {
    if (isFollowing) viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [branch, queue, isFollowing]);

  const onScroll = (): void => {
    const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = viewport.current ?? {};
    setFollowing(scrollHeight - scrollTop - clientHeight < followThresholdPx);
  };

  return (
    <div className="transcript-frame">
      <div className="scroll transcript" ref={viewport} onScroll={onScroll}>
        <div className="column turns" role="log" aria-live="off" aria-label={words.transcript}>
          {problem !== undefined && <Problem>{problem}</Problem>}
          {isLoading && <p className="note">{words.loading}</p>}
          {cursor !== undefined && (
            <Button kind="bare" className="show-older" onClick={conversation.loadOlder}>
              {words.showOlder}
            </Button>
          )}
          <Turns {...props} />
        </div>
      </div>
      {!isFollowing && (
        <IconButton
          icon="latest"
          size="small"
          label={words.goToLatest}
          className="to-latest"
          onClick={() => setFollowing(true)}
        />
      )}
      <p className="visually-hidden" role="status">
        {status}
      </p>
    </div>
  );
}

/** Leaves the text where it is when older turns are put before it. */
function useKeepPlace(
  viewport: RefObject<HTMLDivElement | null>,
  branch: readonly TurnView[],
): void {
  const before = useRef<{ first?: string; last?: string; top: number }>({ top: 0 });
  useLayoutEffect(() => {
    const frame = viewport.current;
    const [first, last] = [branch[0]?.key, branch.at(-1)?.key];
    const topOf = (key = ''): number | undefined =>
      frame?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(key)}"]`)?.offsetTop;
    const { first: oldFirst, last: oldLast, top } = before.current;
    const moved = (topOf(oldFirst) ?? top) - top;
    if (frame !== null && last === oldLast && first !== oldFirst) frame.scrollTop += moved;
    before.current = { top: topOf(first) ?? 0, ...(first && { first }), ...(last && { last }) };
  }, [branch]);
}

function Turns({ conversation, editing, onEdit }: TranscriptProps): ReactNode {
  const { branch, turns, queue, isBusy, actions, cancel } = conversation;
  return (
    <>
      {branch.map((turn) => (
        <Turn
          key={turn.key}
          turn={turn}
          questions={questionsOf(turns, turn)}
          answers={answersOf(turns, turn)}
          actions={actions}
          isBusy={isBusy}
          isEditing={turn.key === editing}
          onEdit={onEdit}
          onCancel={cancel}
        />
      ))}
      {queue.map((message) => (
        <Queued key={message.key} message={message} onCancel={() => cancel(message.key)} />
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
