import { headers } from 'next/headers';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { pickLanguage, words as allWords } from '../chat/words.ts';

/** What an address without a page shows, with the way back. */
export default async function NotFound(): Promise<ReactNode> {
  const words = allWords[pickLanguage((await headers()).get('accept-language'))];
  return (
    <main className="gate">
      <h1>{words.notFoundTitle}</h1>
      <p>{words.notFoundHint}</p>
      <Link href="/chat">{words.backToChat}</Link>
    </main>
  );
}
