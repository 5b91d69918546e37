import { expect, test } from 'vitest';
import type { Document, WorkflowStep } from '#domain/document/document.ts';
import { viewInList, viewOf } from '#api/document/document-view.ts';

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
const ended: Document = { ...running, state: 'succeeded', result: '{}' };
const steps: readonly WorkflowStep[] = [{ name: 'ExtractText', state: 'running', startedAtMs: 1 }];
const documents = { find: async () => running };

function busy(): never {
  throw new Error('Step Functions is busy');
}

test('a list shows what is stored if Step Functions is too busy', async () => {
  const workflows = { describe: async () => busy(), steps: async () => steps };
  const ports = { documents, workflows };
  expect(await viewInList(ports, running)).toEqual({ document: running, steps: [] });
  await expect(viewOf(ports, running)).rejects.toThrow('busy');
});

test('a list describes only what runs', async () => {
  const described: string[] = [];
  const describe = async (id: string): Promise<{ readonly state: 'running' }> => {
    described.push(id);
    return { state: 'running' };
  };
  const ports = { documents, workflows: { describe, steps: async () => steps } };
  expect(await viewInList(ports, ended)).toEqual({ document: ended, steps: [] });
  expect(await viewInList(ports, running)).toEqual({ document: running, steps });
  expect(described).toEqual(['e1']);
});

test('an ended document is shown without its steps if they cannot be read', async () => {
  const workflows = { describe: async () => busy(), steps: async () => busy() };
  expect(await viewOf({ documents, workflows }, ended)).toEqual({ document: ended, steps: [] });
});
