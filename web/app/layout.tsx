import '@fontsource-variable/inter';
import '@fontsource-variable/noto-sans-jp';
import './style.css';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { pickLanguage } from '../chat/words.ts';

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

/** The document around every page. Sets the reader's language. */
export default async function Layout({ children }: { children: ReactNode }): Promise<ReactNode> {
  const language = pickLanguage((await headers()).get('accept-language'));
  return (
    <html lang={language}>
      <body>{children}</body>
    </html>
  );
}
