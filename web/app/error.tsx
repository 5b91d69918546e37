'use client';

import { useEffect, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { words as allWords } from '../chat/words.ts';
import { languages } from '../words/languages.ts';

interface ErrorPageProps {
  readonly error: Error;
}

/** What a fault of the page itself shows, with the way on: everything is stored by the server. */
export default function ErrorPage({ error }: ErrorPageProps): ReactNode {
  useEffect(() => console.error(error), [error]);
  const language = languages.find((each) => each === document.documentElement.lang) ?? 'en';
  const words = allWords[language];
  return (
    <main className="gate" role="alert">
      <h1>{words.brokenTitle}</h1>
      <p>{words.brokenHint}</p>
      <Button kind="primary" onClick={() => window.location.reload()}>
        {words.reload}
      </Button>
    </main>
  );
}
