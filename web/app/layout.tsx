import '@fontsource-variable/inter';
import '@fontsource-variable/noto-sans-jp';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/shell.css';
import '../styles/overlays.css';
import '../styles/composer.css';
import '../styles/turns.css';
import '../styles/answer.css';
import '../styles/print.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { readReader } from '../server/reader.ts';
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

/** The document around every page: the reader's language and theme, and where `callApi` calls. */
export default async function Layout({ children }: { children: ReactNode }): Promise<ReactNode> {
  const { language, preferences } = await readReader();
  const { calls } = readPageSettings();
  const { theme } = preferences;
  return (
    <html
      lang={language}
      data-theme={theme === 'system' ? undefined : theme}
      data-api-url={calls.type === 'direct' ? calls.apiUrl : undefined}
    >
      <body>{children}</body>
    </html>
  );
}
