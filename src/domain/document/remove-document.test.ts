import { expect, test } from 'vitest';
import type { Document, WorkflowExecution } from '#domain/document/document.ts';
import { deleteDocument } from '#domain/document/remove-document.ts';
import { createManualClock } from '#local/process/clock.ts';

const document: Document = {
  owner: 'user:ada',
  documentId: 'd1',
  kind: 'summary',
  state: 'running',
  name: 'a.pdf',
  format: 'pdf',
  fingerprint: 'f',
  createdAtMs: 1_000,
  expiresAtMs: 1e12,
};

function unused(): never {
  throw new Error('This is not called');
}

/** Deletes a document, and returns what was removed or the code of the error. */
async function removalOf(
  stored: Document | undefined,
  state: WorkflowExecution['state'],
  isUnchanged = true,
): Promise<readonly string[]> {
  const removed: string[] = [];
  const ports = {
    documents: {
      add: unused,
      find: unused,
      list: unused,
      change: unused,
      remove: async () => {
        if (isUnchanged) removed.push('document');
        return isUnchanged;
      },
    },
    workflows: { describe: async () => ({ state }) },
    files: {
      remove: async (name: string) => void removed.push(name),
      removeFolder: async (name: string) => void removed.push(name),
    },
    clock: createManualClock(2_000),
  };
  try {
    await deleteDocument(ports, document, stored);
  } catch (error) {
    return [...removed, String(error)];
  }
  return removed;
}

const files = ['uploads/user_3Aada/d1', 'work/user_3Aada/d1/'];

test('a document is removed before its files, unless its workflow runs', async () => {
  const connected = { ...document, executionId: 'e1' };
  expect(await removalOf(connected, 'succeeded')).toEqual(['document', ...files]);
  const refused = [expect.stringContaining('The document is being processed')];
  expect(await removalOf(connected, 'running')).toEqual(refused);
  // Its workflow is being started.
  expect(await removalOf(document, 'failed')).toEqual(refused);
  // It has changed since it was read.
  expect(await removalOf(connected, 'failed', false)).toEqual(refused);
});

test('files that an interrupted deletion has left are removed when it is repeated', async () => {
  expect(await removalOf(undefined, 'failed')).toEqual(files);
});
