import { expect, test } from 'vitest';
import { failureOf } from '#domain/document/document-failure.ts';
import type { Document, WorkflowExecution, WorkflowStep } from '#domain/document/document.ts';
import { answerDocuments, type DocumentPorts } from '#api/document/answer-documents.ts';
import { createManualClock } from '#local/process/clock.ts';

const running: Document = {
  owner: 'key:k',
  documentId: 'd1',
  kind: 'summary',
  state: 'running',
  name: 'a.pdf',
  format: 'pdf',
  fingerprint: 'f',
  createdAtMs: 1_000,
  expiresAtMs: 1e12,
  executionId: 'e1',
};
const storedError = { code: 'invalid_request', message: 'The PDF has no text.' } as const;
const failed: Document = { ...running, state: 'failed', finishedAtMs: 2_000, error: storedError };

const steps: readonly WorkflowStep[] = [
  { name: 'ExtractText', state: 'succeeded', startedAtMs: 1_000, finishedAtMs: 2_000 },
  {
    name: 'AnalyzeContent',
    state: 'running',
    startedAtMs: 2_000,
    parts: [{ state: 'succeeded' }, { state: 'retrying' }],
  },
];

/** Returns the response for a document that reads as `stored`, one after the other. */
async function readWhile(
  execution: WorkflowExecution,
  ...stored: readonly Document[]
): Promise<unknown> {
  const found = [...stored];
  const ports: DocumentPorts = {
    clock: createManualClock(3_000),
    workflows: {
      start: async () => 'e1',
      describe: async () => execution,
      steps: async () => steps,
    },
    documents: {
      add: async (document) => document,
      find: async () => (found.length > 1 ? found.shift() : found[0]),
      change: async () => undefined,
      list: async () => ({ items: [] }),
      remove: async () => true,
    },
    files: {
      write: async () => undefined,
      read: async () => undefined,
      remove: async () => undefined,
      removeFolder: async () => undefined,
      signUpload: async () => ({ url: '', headers: {} }),
      uri: (name) => name,
    },
  };
  const request = {
    method: 'GET',
    path: '/documents/d1',
    headers: {},
    query: {},
    body: '',
    caller: { type: 'api-key', id: 'k' },
  } as const;
  const signal = new AbortController().signal;
  const answer = await answerDocuments(ports, request, { requestId: 'r', signal, endsAtMs: 9e9 });
  if (typeof answer.body !== 'string') throw new TypeError('The answer is not whole');
  return JSON.parse(answer.body);
}

test('a document says why it failed by a reason, if one is stored', async () => {
  const error = failureOf('scanned');
  expect(await readWhile({ state: 'failed' }, { ...failed, error })).toMatchObject({
    error: { code: 'invalid_request', reason: 'scanned', detail: error.message },
  });
  const withoutReason = { code: 'invalid_request', detail: 'The PDF has no text.' };
  expect(await readWhile({ state: 'failed' }, failed)).toHaveProperty('error', withoutReason);
});

test('the stored error of a failed workflow is returned, even if the document is read late', async () => {
  expect(await readWhile({ state: 'failed' }, running, failed)).toMatchObject({
    status: 'failed',
    error: { code: 'invalid_request', detail: 'The PDF has no text.' },
  });
});

test('a workflow that was stopped from outside has failed, although no error is stored', async () => {
  expect(await readWhile({ state: 'failed' }, running)).toMatchObject({
    status: 'failed',
    error: { code: 'internal' },
  });
});

test('a running workflow reports its step', async () => {
  expect(await readWhile({ state: 'running' }, running)).toMatchObject({
    status: 'running',
    step: 'AnalyzeContent',
    steps: [
      { name: 'ExtractText', status: 'succeeded', finished_at: '1970-01-01T00:00:02.000Z' },
      { name: 'AnalyzeContent', parts: [{ status: 'succeeded' }, { status: 'retrying' }] },
    ],
  });
});
