import { expect, test } from 'vitest';
import { extractText } from '#documents/extract-step.ts';
import type { StepPorts } from '#documents/step.ts';
import type { Document } from '#domain/document/document.ts';
import { createManualClock } from '#local/process/clock.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { flatPrices, generousLimits } from '#test/fixtures/turns.ts';

const document: Document = {
  owner: 'user:ada',
  documentId: 'd1',
  kind: 'summary',
  state: 'queued',
  name: 'text.txt',
  format: 'txt',
  fingerprint: 'f',
  createdAtMs: 1,
  expiresAtMs: 1e12,
};

function unused(): never {
  throw new Error('No file is read or written');
}

test('a document that is deleted while its workflow starts has no work files', async () => {
  let isDeleted = false;
  const ports: StepPorts = {
    documents: {
      add: unused,
      list: unused,
      remove: unused,
      find: async () => (isDeleted ? undefined : document),
      // The deletion comes first, so this changes nothing.
      change: async () => {
        isDeleted = true;
      },
    },
    files: {
      write: unused,
      read: unused,
      remove: unused,
      removeFolder: unused,
      signUpload: unused,
      uri: unused,
    },
    ledger: createMemoryLedger(generousLimits),
    prices: flatPrices,
    clock: createManualClock(),
  };
  const policy = {
    documentModel: 'm',
    fontMaps: '',
    reading: { thread: '', maxReadingMs: 1, maxMemoryMb: 1 },
  };
  const step = extractText(ports, policy, { owner: 'user:ada', document_id: 'd1' });
  await expect(step).rejects.toMatchObject({ code: 'not_found' });
});
