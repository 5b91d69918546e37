import Link from 'next/link';
import type { ReactNode } from 'react';
import { words as allWords } from '../chat/words.ts';
import { readReader } from '../server/reader.ts';

/** What an address without a page shows, with the way back. */
export default async function NotFound(): Promise<ReactNode> {
  const words = allWords[(await readReader()).language];
  return (
    <main className="gate">
      <h1>{words.notFoundTitle}</h1>
      <p>{words.notFoundHint}</p>
      <Link href="/chat">{words.backToChat}</Link>
    </main>
  );
}
