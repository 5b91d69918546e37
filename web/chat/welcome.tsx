import type { ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/use-words.ts';
import { words as chatWords } from './words.ts';

/** What a new conversation says above its composer. */
export function Welcome(): ReactNode {
  const words = useWords(chatWords);
  return (
    <div className="column welcome">
      <h1>{words.welcome}</h1>
      <p className="welcome-line">{words.welcomeHint}</p>
    </div>
  );
}

export interface AbilitiesProps {
  readonly onAsk: (text: string) => void;
}

/** What one can do here, below the composer of a new conversation. */
export function Abilities({ onAsk }: AbilitiesProps): ReactNode {
  const words = useWords(chatWords);
  return (
    <div className="abilities">
      {words.suggestions.map((text) => (
        <button key={text} type="button" className="ability" onClick={() => onAsk(text)}>
          <Icon name="chat" />
          <b>{text}</b>
        </button>
      ))}
    </div>
  );
}
