import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { DocumentKind, Workflows } from '#domain/document/document.ts';

/** Returns the workflows of Step Functions, with one state machine for each kind of document. */
export function createWorkflows(machines: Readonly<Record<DocumentKind, string>>): Workflows {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  });
  const client = new SFNClient({ requestHandler });
  return {
    async start({ kind, documentId, createdAtMs }, input) {
      const stateMachineArn = machines[kind];
      // Step Functions keeps names for 90 days, longer than a document whose id may be used again.
      const name = `${documentId}-${createdAtMs}`;
      try {
        const { executionArn = '' } = await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
        );
        return executionArn;
      } catch (error) {
        // An execution of this name has ended: a document is processed once.
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
        return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      }
    },
    async describe(executionArn) {
      const found = await Promise.all([
        client.send(new DescribeExecutionCommand({ executionArn })),
        client.send(
          new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 50 }),
        ),
      ]).catch((error: unknown) => {
        // It ended long ago, or its state machine was replaced.
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      });
      if (found === undefined) return { state: 'failed' };
      const [{ status }, { events = [] }] = found;
      if (status === 'SUCCEEDED') return { state: 'succeeded' };
      if (status !== 'RUNNING') return { state: 'failed' };
      const step = lastStep(events);
      return step === undefined ? { state: 'running' } : { state: 'running', step };
    },
  };
}

/** Returns the state that was entered last; the newest event comes first. */
function lastStep(events: readonly HistoryEvent[]): string | undefined {
  const entered = events.find((event) => event.stateEnteredEventDetails !== undefined);
  return entered?.stateEnteredEventDetails?.name;
}
