import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { DocumentKind, Workflows } from '#domain/document/document.ts';

/** Workflows of Step Functions: a state machine for each kind of document. */
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
      // Names are kept for 90 days, longer than documents whose ids may come again.
      const name = `${documentId}-${createdAtMs}`;
      try {
        const { executionArn = '' } = await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
        );
        return executionArn;
      } catch (error) {
        // It ran before, and is over: a document is worked on once.
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
        return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      }
    },
    async look(executionArn) {
      const [{ status }, { events = [] }] = await Promise.all([
        client.send(new DescribeExecutionCommand({ executionArn })),
        client.send(
          new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 50 }),
        ),
      ]);
      if (status === 'SUCCEEDED') return { state: 'succeeded' };
      if (status !== 'RUNNING') return { state: 'failed' };
      const step = lastStep(events);
      return step === undefined ? { state: 'running' } : { state: 'running', step };
    },
  };
}

/** The state that was entered last, from the newest event on. */
function lastStep(events: readonly HistoryEvent[]): string | undefined {
  const entered = events.find((event) => event.stateEnteredEventDetails !== undefined);
  return entered?.stateEnteredEventDetails?.name;
}
