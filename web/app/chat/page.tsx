import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Chat } from '../../chat/chat.tsx';
import { SignInGate } from '../../chat/sign-in-gate.tsx';
import { pickLanguage } from '../../chat/words.ts';
import { readAccount } from '../../server/sign-in/account.ts';

/** The chat. `?conversation=` opens a conversation. */
export default async function ChatPage({
  searchParams,
}: {
  searchParams: Promise<{ conversation?: string | string[] }>;
}): Promise<ReactNode> {
  const { conversation } = await searchParams;
  const language = pickLanguage((await headers()).get('accept-language'));
  // `npm start` sets it to false unless the real Bedrock answers.
  const isBilled = process.env['BILLED_BY_AWS'] !== 'false';
  const opened = typeof conversation === 'string' ? { conversationId: conversation } : {};
  const account = await readAccount();
  if (account === 'signed-out' || account === 'unreachable') {
    return (
      <SignInGate
        language={language}
        conversationId={opened.conversationId}
        isUnreachable={account === 'unreachable'}
      />
    );
  }
  return <Chat language={language} isBilled={isBilled} account={account} {...opened} />;
}
