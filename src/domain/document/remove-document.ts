import type { Clock } from '#domain/clock.ts';
import {
  uploadName,
  workFolder,
  type Document,
  type DocumentKey,
  type Documents,
  type Files,
  type Workflows,
} from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';

export interface DocumentRemovalPorts {
  readonly documents: Documents;
  readonly workflows: Pick<Workflows, 'describe'>;
  readonly clock: Clock;
}

/** After this time, a document that was never connected to an execution never will be. */
const startWithinMs = 3_600_000;

/**
 * Removes a document unless its workflow runs. Returns whether it is gone. A workflow begins with a
 * change of the document, which fails once it is removed.
 */
export async function removeIdle(
  { documents, workflows, clock }: DocumentRemovalPorts,
  document: Document,
): Promise<boolean> {
  const { state, executionId, createdAtMs } = document;
  const isStarting = state === 'running' && executionId === undefined;
  if (isStarting && createdAtMs + startWithinMs > clock.now()) return false;
  if (executionId !== undefined) {
    const execution = await workflows.describe(executionId);
    if (execution.state === 'running') return false;
  }
  return documents.remove(document);
}

/**
 * Deletes a document with its files. Throws `conflict` while its workflow runs. Files that an
 * interrupted deletion has left are removed, too, when it is repeated.
 */
export async function deleteDocument(
  ports: DocumentRemovalPorts & { readonly files: Pick<Files, 'remove' | 'removeFolder'> },
  key: DocumentKey,
  document: Document | undefined,
): Promise<void> {
  if (document !== undefined && !(await removeIdle(ports, document))) {
    throw new ChatError('conflict', 'The document is being processed. Delete it when it is done.');
  }
  await ports.files.remove(uploadName(key));
  await ports.files.removeFolder(workFolder(key));
}
