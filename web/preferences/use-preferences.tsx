'use client';

import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { LanguageProvider } from '../words/language.tsx';
import type { Language } from '../words/languages.ts';
import { formatPreferences, preferencesCookie, type Preferences } from './preferences.ts';

interface PreferencesView {
  readonly preferences: Preferences;
  /** Changes some preferences at once, and for the next visits. */
  change(changes: Partial<Preferences>): void;
}

const PreferencesContext = createContext<PreferencesView | undefined>(undefined);

export interface PreferencesProviderProps {
  readonly initial: Preferences;
  /** What the browser asks for, unless the reader has chosen. */
  readonly browserLanguage: Language;
  readonly children: ReactNode;
}

/** Holds the reader's preferences for everything inside, the language among them. */
export function PreferencesProvider(props: PreferencesProviderProps): ReactNode {
  const { initial, browserLanguage, children } = props;
  const [preferences, setPreferences] = useState(initial);
  const change = useCallback(
    (changes: Partial<Preferences>): void => {
      const next = { ...preferences, ...changes };
      setPreferences(next);
      store(next);
      apply(next, browserLanguage);
    },
    [preferences, browserLanguage],
  );
  const view = useMemo(() => ({ preferences, change }), [preferences, change]);
  return (
    <PreferencesContext value={view}>
      <LanguageProvider value={preferences.language ?? browserLanguage}>
        {children}
      </LanguageProvider>
    </PreferencesContext>
  );
}

/** Returns the reader's preferences and how to change them. */
export function usePreferences(): PreferencesView {
  const view = use(PreferencesContext);
  if (view === undefined) throw new Error('There is no PreferencesProvider');
  return view;
}

const yearSeconds = 31_536_000;

function store(preferences: Preferences): void {
  const isSecure = window.location.protocol === 'https:';
  const value = encodeURIComponent(formatPreferences(preferences));
  const attributes = `Path=/; Max-Age=${yearSeconds}; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  document.cookie = `${preferencesCookie}=${value}; ${attributes}`;
}

/** The document's own attributes, which the server writes at the next visit. */
function apply({ theme, language }: Preferences, browserLanguage: Language): void {
  const root = document.documentElement;
  root.lang = language ?? browserLanguage;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}
