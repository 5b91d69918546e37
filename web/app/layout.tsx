import '@fontsource-variable/inter';
import '@fontsource-variable/noto-sans-jp';
import './tokens.css';
import './style.css';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { pickLanguage } from '../chat/words.ts';
import { readPageSettings } from '../server/sign-in/settings.ts';

export const metadata: Metadata = {
  title: 'Streambed',
  description: 'A chat on AWS Lambda and Amazon Bedrock',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  interactiveWidget: 'resizes-content',
  colorScheme: 'light dark',
};

/** The document around every page: the reader's language, and where `callApi` calls. */
export default async function Layout({ children }: { children: ReactNode }): Promise<ReactNode> {
  const language = pickLanguage((await headers()).get('accept-language'));
  const { calls } = readPageSettings();
  return (
    <html lang={language} data-api-url={calls.type === 'direct' ? calls.apiUrl : undefined}>
      <body>{children}</body>
    </html>
  );
}
