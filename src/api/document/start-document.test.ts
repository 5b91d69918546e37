import { expect, test } from 'vitest';
import { uploadName } from '#domain/document/document.ts';
import { startDocuments, type StartPorts } from '#api/document/start-document.ts';
import { createManualClock } from '#local/process/clock.ts';

const key = { owner: 'user:ada', documentId: 'd1' };

function unused(): never {
  throw new Error('Nothing is started');
}

test('a file that is uploaded after its document was deleted is removed', async () => {
  const removed: string[] = [];
  const ports: StartPorts = {
    documents: {
      find: async () => undefined,
      add: unused,
      change: unused,
      list: unused,
      remove: unused,
    },
    files: { remove: async (name) => void removed.push(name) },
    workflows: { start: unused, describe: unused, steps: unused },
    clock: createManualClock(),
  };
  expect(await startDocuments(ports, [{ key, bytes: 10 }])).toEqual({ type: 'done' });
  expect(removed).toEqual([uploadName(key)]);
});
