'use client';

import { useState, type ReactNode } from 'react';
import * as v from 'valibot';
import { toError } from './api.ts';
import { tellAccount } from './other-tabs.ts';
import { signInPath } from './sign-in-path.ts';
import type { Words } from './words.ts';

/** Who uses the page, as far as it is shown. */
export type Account =
  | { readonly type: 'user'; readonly name: string }
  | { readonly type: 'guest'; readonly canSignIn: boolean };

interface AccountProps {
  readonly words: Words;
  readonly account: Account;
}

/** Shows who is signed in, with ways to sign in and out. */
export function AccountMenu({ words, account }: AccountProps): ReactNode {
  const [hasFailed, setFailed] = useState(false);
  if (account.type === 'guest') {
    if (!account.canSignIn) return null;
    return (
      // Conversations of a guest are not those of whom they sign in as.
      <a className="account-link" href={signInPath(undefined)}>
        {words.signIn}
      </a>
    );
  }
  const leave = (everywhere: boolean): void => {
    setFailed(false);
    signOut(everywhere).catch(() => setFailed(true));
  };
  return (
    <details className="account">
      <summary>
        <span className="visually-hidden">{words.account}: </span>
        {account.name}
      </summary>
      <div className="account-menu">
        <button type="button" className="quiet-button" onClick={() => leave(false)}>
          {words.signOut}
        </button>
        <button type="button" className="quiet-button" onClick={() => leave(true)}>
          {words.signOutEverywhere}
        </button>
        {hasFailed ? <p role="alert">{words.signOutFailed}</p> : null}
      </div>
    </details>
  );
}

const signedOut = v.object({ location: v.pipe(v.string(), v.url()) });

/** Ends the session and leaves the page. Throws a `ChatError`. */
async function signOut(everywhere: boolean): Promise<void> {
  const response = await fetch('/auth/logout', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ everywhere }),
  });
  if (!response.ok) throw await toError(response);
  tellAccount('');
  const { location } = v.parse(signedOut, await response.json());
  window.location.assign(location);
}
