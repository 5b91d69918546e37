'use client';

import type { ReactNode } from 'react';
import { useDraft } from '../../drafts/use-draft.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { useShell } from '../../shell/shell-context.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Choices } from '../choices/choices.ts';
import { useOptions } from '../choices/use-options.ts';
import { welcomeWords } from './words.ts';

/** What a new conversation says above its composer. */
export function Welcome(): ReactNode {
  const { title, hint } = useWords(welcomeWords);
  return (
    <div className="column welcome">
      <h1>{title}</h1>
      <p className="welcome-line">{hint}</p>
    </div>
  );
}

export interface AbilitiesProps {
  readonly onChoose: (changes: Partial<Choices>) => void;
}

/** What one can do here, below the composer of a new conversation. An example is written, not sent. */
export function Abilities({ onChoose }: AbilitiesProps): ReactNode {
  const words = useWords(welcomeWords);
  const { isLocal, open, openPanel } = useShell();
  const options = useOptions();
  const [, setText] = useDraft(undefined);
  const bases = options.state === 'done' ? options.offer.knowledge_bases : [];
  const tryOut = (text: string, changes: Partial<Choices>): void => {
    onChoose(changes);
    setText(text);
    document.querySelector<HTMLElement>('.composer textarea')?.focus();
  };
  const [base] = bases;
  return (
    <ul className="abilities">
      {base !== undefined && (
        <Ability
          icon="book"
          {...words.docs}
          onSelect={() => tryOut(words.docs.text, { knowledge_base: base.name })}
        />
      )}
      <Ability
        icon="plug"
        {...words.tools}
        onSelect={() => tryOut(words.tools.text, { tools: ['notes'] })}
      />
      <Ability icon="document" {...words.summary} onSelect={() => open({ type: 'documents' })} />
      {isLocal && (
        <Ability icon="flask" {...words.faults} onSelect={() => openPanel({ type: 'faults' })} />
      )}
    </ul>
  );
}

interface AbilityProps {
  readonly icon: IconName;
  readonly name: string;
  readonly text: string;
  readonly onSelect: () => void;
}

function Ability({ icon, name, text, onSelect }: AbilityProps): ReactNode {
  return (
    <li>
      <button type="button" className="ability" onClick={onSelect}>
        <Icon name={icon} />
        <b>{name}</b>
        <span>{text}</span>
      </button>
    </li>
  );
}
