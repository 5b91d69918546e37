'use client';

import type { ReactNode } from 'react';
import { signOut } from '../chat/account/account.tsx';
import { signInPath } from '../chat/account/sign-in-path.ts';
import { words as chatWords } from '../chat/words.ts';
import { Button } from '../parts/button.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { Setting } from './setting.tsx';
import { settingsWords } from './words.ts';

/** Who uses the page, with ways to sign in and out. */
export function AccountSetting(): ReactNode {
  const words = useWords(settingsWords);
  const { signIn, signOut: end, signOutEverywhere, signOutFailed } = useWords(chatWords);
  const { account, showProblem } = useShell();
  if (account.type === 'guest') {
    return (
      <Setting
        name={words.guest}
        hint={words.guestHint}
        control={
          account.canSignIn && (
            <a className="button" href={signInPath()}>
              {signIn}
            </a>
          )
        }
      />
    );
  }
  const leave = (everywhere: boolean): void => {
    signOut(account, everywhere).catch(() => showProblem(signOutFailed));
  };
  return (
    <Setting
      name={account.name}
      hint={words.signedInHere}
      control={
        <>
          <Button onClick={() => leave(false)}>{end}</Button>
          <Button onClick={() => leave(true)}>{signOutEverywhere}</Button>
        </>
      }
    />
  );
}
