import type { ReactNode } from 'react';
import { signInPath } from './sign-in-path.ts';
import { words as allWords, type Language } from './words.ts';

export interface SignInGateProps {
  readonly language: Language;
  readonly conversationId: string | undefined;
  /** Whether the sign-in service could not be reached. */
  readonly isUnreachable: boolean;
}

/** What people see who must sign in first. */
export function SignInGate({
  language,
  conversationId,
  isUnreachable,
}: SignInGateProps): ReactNode {
  const words = allWords[language];
  return (
    <main className="gate">
      <h1>{words.signInTitle}</h1>
      <p>{words.signInHint}</p>
      {isUnreachable ? <p role="alert">{words.signInUnreachable}</p> : null}
      <a href={signInPath(conversationId)}>{words.signIn}</a>
    </main>
  );
}
