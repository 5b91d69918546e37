import type { ReactNode } from 'react';
import { signInPath } from './sign-in-path.ts';
import type { Language } from '../../words/languages.ts';
import { words as allWords } from '../words.ts';

export interface SignInGateProps {
  readonly language: Language;
  /** The address to come back to. */
  readonly returnTo: string;
  /** Whether the sign-in service could not be reached. */
  readonly isUnreachable: boolean;
}

/** What people see who must sign in first. */
export function SignInGate({ language, returnTo, isUnreachable }: SignInGateProps): ReactNode {
  const words = allWords[language];
  return (
    <main className="gate">
      <h1>{words.signInTitle}</h1>
      <p>{words.signInHint}</p>
      {isUnreachable ? <p role="alert">{words.signInUnreachable}</p> : null}
      <a href={signInPath(returnTo)}>{words.signIn}</a>
    </main>
  );
}
