import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Turn } from '../turn/turn.tsx';
import type { TurnView } from '../turn/turn-view.ts';
import type { ConversationView } from './use-conversation.ts';
import type { Words } from '../words.ts';

export interface TranscriptProps {
  readonly words: Words;
  readonly conversation: ConversationView;
}

/** How near the end counts as being there, in pixels. */
const nearEnd = 40;

/** What was said. It follows the newest words until the reader scrolls away from them. */
export function Transcript({ words, conversation }: TranscriptProps): ReactNode {
  const { path, problem, isLoading, cursor, actions } = conversation;
  const frame = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const latest = path.at(-1);
  const latestKey = latest?.key;

  useEffect(() => setFollowing(true), [latestKey]);
  useEffect(() => {
    if (isFollowing) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [path, isFollowing]);

  const onScroll = (): void => {
    const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = frame.current ?? {};
    setFollowing(scrollHeight - scrollTop - clientHeight < nearEnd);
  };

  return (
    <div className="transcript-frame">
      <div className="transcript" ref={frame} onScroll={onScroll}>
        <div className="turns" role="log" aria-live="off" aria-label={words.transcript}>
          {problem !== undefined && <Problem>{problem}</Problem>}
          {isLoading && <p className="note">{words.loading}</p>}
          {path.length === 0 && !isLoading && problem === undefined && (
            <Welcome words={words} onSuggestion={actions.send} />
          )}
          {cursor !== undefined && (
            <button type="button" className="quiet-button" onClick={conversation.loadOlder}>
              {words.older}
            </button>
          )}
          <Turns words={words} conversation={conversation} />
        </div>
      </div>
      {!isFollowing && (
        <button type="button" className="to-latest" onClick={() => setFollowing(true)}>
          {words.latest}
        </button>
      )}
      <p className="visually-hidden" role="status">
        {statusOf(latest, words)}
      </p>
    </div>
  );
}

function Turns({ words, conversation }: TranscriptProps): ReactNode {
  const { path, isBusy, actions } = conversation;
  return path.map((turn) => (
    <Turn
      key={turn.key}
      words={words}
      turn={turn}
      alternatives={actions.alternatives(turn)}
      actions={isBusy ? undefined : actions}
      isLast={turn === path.at(-1)}
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

/** Only beginnings and ends are announced: word by word nobody could listen. */
function statusOf(latest: TurnView | undefined, words: Words): string {
  if (latest === undefined || !latest.isNews) return '';
  if (latest.state === 'streaming') return words.generating;
  if (latest.answer.stopReason === 'stopped') return words.stopped;
  return latest.problem === undefined ? words.done : '';
}

interface WelcomeProps {
  readonly words: Words;
  readonly onSuggestion: (text: string) => void;
}

function Welcome({ words, onSuggestion }: WelcomeProps): ReactNode {
  return (
    <div className="welcome">
      <h2>{words.welcome}</h2>
      <p>{words.welcomeHint}</p>
      <ul>
        {words.suggestions.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => onSuggestion(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
