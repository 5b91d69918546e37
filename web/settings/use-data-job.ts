'use client';

import { ChatError } from '#domain/errors.ts';
import { useEffect, useRef, useState } from 'react';
import { accountKey } from '../drafts/account-key.ts';
import { readStored, store } from '../drafts/device-storage.ts';
import { useShell } from '../shell/shell-context.tsx';
import { findJob, requestJob, type DataJob, type JobKind } from './data-job-api.ts';

export interface DataJobView {
  /** The export or the deletion that was requested last on this device, as far as it is known. */
  readonly job: DataJob | undefined;
  readonly isRequesting: boolean;
  /** Why it could not be requested, or is not known at the moment. */
  readonly error: unknown;
  start(): void;
}

export interface DataJobEvents {
  /** Called when the system has accepted a new one. */
  onAccept?(): void;
  /** Called when one that has been seen under way is complete, or has signed the reader out. */
  onEnd?(): void;
}

const lookMs = 1_000;
const retryMs = 3_000;
/** Download URLs are valid for 15 minutes. */
const renewMs = 600_000;

/**
 * Requests an export or a deletion of everything, and follows it to its end, also after a reload.
 */
export function useDataJob(kind: JobKind, events: DataJobEvents = {}): DataJobView {
  const { account } = useShell();
  const key = accountKey(account, 'job', kind);
  const [id, setId] = useState<string>();
  const [job, setJob] = useState<DataJob>();
  const [error, setError] = useState<unknown>();
  const [isRequesting, setRequesting] = useState(false);
  const isUnderWay = useRef(false);

  const onJob = (found: DataJob): void => {
    setJob(found);
    setError(undefined);
    if (found.status === 'queued' || found.status === 'running') isUnderWay.current = true;
    // There is nothing to come back to.
    if (kind === 'deletion' && found.status === 'complete') store(key, undefined);
  };
  const onEnd = (): void => {
    if (isUnderWay.current) events.onEnd?.();
    isUnderWay.current = false;
  };
  const onGone = (): void => {
    store(key, undefined);
    setId(undefined);
    setJob(undefined);
  };
  useEffect(() => setId(readStored(key)), [key]);
  useFollow(kind, id, { onJob, onError: setError, onEnd, onGone });

  const start = async (): Promise<void> => {
    setRequesting(true);
    setError(undefined);
    try {
      const requested = await requestJob(kind);
      isUnderWay.current = true;
      store(key, requested.id);
      setId(requested.id);
      setJob(requested);
      events.onAccept?.();
    } catch (failure) {
      setError(failure);
    } finally {
      setRequesting(false);
    }
  };
  return { job, isRequesting, error, start: () => void start() };
}

interface JobListener {
  onJob(job: DataJob): void;
  onError(error: unknown): void;
  onEnd(): void;
  /** Called when there is no such job any more. */
  onGone(): void;
}

/** Looks at a job for as long as the view is shown and there is something to see. */
function useFollow(kind: JobKind, id: string | undefined, listener: JobListener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    if (id === undefined) return undefined;
    const stop = new AbortController();
    void follow(kind, id, () => latest.current, stop.signal);
    return () => stop.abort();
  }, [kind, id]);
}

/** Looks at a job until it has ended; then as often as its URLs expire, if it has any. */
async function follow(
  kind: JobKind,
  id: string,
  listener: () => JobListener,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const react = await findJob(kind, id).then(
      (job) => (to: JobListener) => onFound(kind, job, to),
      (error: unknown) => (to: JobListener) => onFailure(kind, error, to),
    );
    if (signal.aborted) return;
    const delayMs = react(listener());
    if (delayMs === undefined) return;
    await delay(delayMs, signal);
  }
}

/** Returns after how long to look again; undefined if there is no reason. */
function onFound(kind: JobKind, job: DataJob, { onJob, onEnd }: JobListener): number | undefined {
  onJob(job);
  if (job.status !== 'complete') return job.status === 'failed' ? undefined : lookMs;
  onEnd();
  return kind === 'export' ? renewMs : undefined;
}

/** Returns after how long to look again; undefined if there is nothing more to see. */
function onFailure(
  kind: JobKind,
  error: unknown,
  { onError, onEnd, onGone }: JobListener,
): number | undefined {
  const code = error instanceof ChatError ? error.code : undefined;
  if (code === 'not_found') onGone();
  // A deletion ends the sessions of whoever requested it.
  else if (code === 'unauthenticated' && kind === 'deletion') onEnd();
  else onError(error);
  return code === 'not_found' || code === 'unauthenticated' ? undefined : retryMs;
}

/** Resolves after a time, or sooner when the signal is aborted. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
