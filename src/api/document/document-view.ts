import { failureOf } from '#domain/document/document-failure.ts';
import type { Document, Documents, Workflows } from '#domain/document/document.ts';
import type { DocumentView } from '#protocol/document/document-json.ts';

interface ViewPorts {
  readonly documents: Pick<Documents, 'find'>;
  readonly workflows: Pick<Workflows, 'describe' | 'steps'>;
}

/** Returns a document as it is, with the steps of its workflow. */
export async function viewOf(ports: ViewPorts, document: Document): Promise<DocumentView> {
  const { executionId } = document;
  if (executionId === undefined) return { document, steps: [] };
  // An ended document is shown without its steps if they cannot be read.
  if (!isRunning(document)) {
    return { document, steps: await ports.workflows.steps(executionId).catch(() => []) };
  }
  const [execution, steps] = await Promise.all([
    ports.workflows.describe(executionId),
    ports.workflows.steps(executionId),
  ]);
  if (execution.state !== 'failed') return { document, steps };
  // A workflow stores its result before it ends. One that was stopped from outside has not.
  const latest = (await ports.documents.find(document)) ?? document;
  return {
    document: isRunning(latest)
      ? { ...latest, state: 'failed', error: failureOf('workflow_stopped') }
      : latest,
    steps,
  };
}

/** Returns a document as it is in a list: what its workflow does is shown while it runs. */
export async function viewInList(ports: ViewPorts, document: Document): Promise<DocumentView> {
  const stored = { document, steps: [] };
  // A list is shown as it is stored if Step Functions is too busy to describe many executions.
  return isRunning(document) ? viewOf(ports, document).catch(() => stored) : stored;
}

function isRunning({ state }: Document): boolean {
  return state === 'queued' || state === 'running';
}
