'use client';

import type { ReactNode } from 'react';
import * as v from 'valibot';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuItem } from '../../parts/menu.tsx';
import { forgetDrafts } from '../../drafts/use-draft.ts';
import { useShell } from '../../shell/shell-context.tsx';
import { useWords } from '../../words/use-words.ts';
import { toError } from '../api.ts';
import { tellAccount } from '../other-tabs.ts';
import { signInPath } from './sign-in-path.ts';
import { words as chatWords } from '../words.ts';

/** Who uses the page, as far as it is shown. */
export type Account =
  | { readonly type: 'user'; readonly name: string }
  | { readonly type: 'guest'; readonly canSignIn: boolean };

/** Shows who is signed in, with ways to sign in and out. */
export function AccountMenu(): ReactNode {
  const words = useWords(chatWords);
  const { account, notify } = useShell();
  if (account.type === 'guest') {
    if (!account.canSignIn) return <span className="push" />;
    return (
      // Conversations of a guest are not those of whom they sign in as.
      <a className="row account-link" href={signInPath()}>
        <Icon name="key" />
        <span>{words.signIn}</span>
      </a>
    );
  }
  const leave = (everywhere: boolean): void => {
    signOut(account, everywhere).catch(() => notify({ text: words.signOutFailed }));
  };
  return (
    <Menu
      className="who"
      trigger={
        <>
          <span className="avatar" aria-hidden="true">
            {account.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="visually-hidden">{words.account}: </span>
          <span>{account.name}</span>
        </>
      }
    >
      <MenuItem icon="open" onSelect={() => leave(false)}>
        {words.signOut}
      </MenuItem>
      <MenuItem icon="open" onSelect={() => leave(true)}>
        {words.signOutEverywhere}
      </MenuItem>
    </Menu>
  );
}

const signedOut = v.object({ location: v.pipe(v.string(), v.url()) });

/**
 * Ends the session, forgets what the account has not sent, and leaves the page. Throws a
 * `ChatError`.
 */
export async function signOut(account: Account, everywhere: boolean): Promise<void> {
  const response = await fetch('/auth/logout', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ everywhere }),
  });
  if (!response.ok) throw await toError(response);
  forgetDrafts(account);
  tellAccount('');
  const { location } = v.parse(signedOut, await response.json());
  window.location.assign(location);
}
