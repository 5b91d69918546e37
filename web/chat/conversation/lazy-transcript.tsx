'use client';

import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import type { TranscriptProps } from './transcript.tsx';

interface Module {
  readonly Transcript: (props: TranscriptProps) => ReactNode;
  readonly warmUp: () => void;
}

let loading: Promise<Module> | undefined;

/** Loads what shows turns. A first visit needs it only when the reader writes something. */
export function loadTranscript(): Promise<Module> {
  return (loading ??= loadUntilThere());
}

const retryMs = 1_000;

/** Without a network it is tried again until there is one. */
async function loadUntilThere(): Promise<Module> {
  for (;;) {
    try {
      return await import('./transcript.tsx');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

const Loaded = lazy(async () => ({ default: (await loadTranscript()).Transcript }));

/** The turns of a conversation, in code that is loaded when it is first needed. */
export function Transcript(props: TranscriptProps): ReactNode {
  return (
    <Suspense fallback={<div className="transcript-frame" />}>
      <Loaded {...props} />
    </Suspense>
  );
}

/** A reader who goes offline while they think can still send their first message. */
const laterMs = 1_000;

/** Loads what shows turns before it is needed. */
export function useTranscriptInTime(isNeededSoon: boolean): void {
  useEffect(() => {
    const load = async (): Promise<void> => {
      const { warmUp } = await loadTranscript();
      if (!isNeededSoon) warmUp();
    };
    const timer = setTimeout(() => void load(), isNeededSoon ? 0 : laterMs);
    return () => clearTimeout(timer);
  }, [isNeededSoon]);
}
