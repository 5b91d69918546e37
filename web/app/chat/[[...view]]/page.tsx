import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { SignInGate } from '../../../chat/account/sign-in-gate.tsx';
import { readReader } from '../../../server/reader.ts';
import { readAccount } from '../../../server/sign-in/account.ts';
import { App } from '../../../shell/app.tsx';
import { addressOf, parseView } from '../../../shell/view.ts';

interface PageProps {
  readonly params: Promise<{ readonly view?: readonly string[] }>;
  readonly searchParams: Promise<{ readonly conversation?: string | readonly string[] }>;
}

/** The page in one of its views. `/chat?conversation=` opens a conversation. */
export default async function ChatPage({ params, searchParams }: PageProps): Promise<ReactNode> {
  const { view: segments = [] } = await params;
  const { conversation } = await searchParams;
  const view = parseView(segments, typeof conversation === 'string' ? conversation : undefined);
  if (view === undefined) notFound();
  const { preferences, browserLanguage, language } = await readReader();
  const account = await readAccount();
  if (account === 'signed-out' || account === 'unreachable') {
    const isUnreachable = account === 'unreachable';
    return (
      <SignInGate language={language} returnTo={addressOf(view)} isUnreachable={isUnreachable} />
    );
  }
  return (
    <App
      preferences={preferences}
      browserLanguage={browserLanguage}
      account={account}
      // `npm start` sets these two: to false unless the real Bedrock answers, and to its own address.
      isBilled={process.env['BILLED_BY_AWS'] !== 'false'}
      isLocal={(process.env['LOCAL_SYSTEM_URL'] ?? '') !== ''}
      initialView={view}
    />
  );
}
