import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  paginateGetExecutionHistory,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { toSteps } from '#aws/document/execution-steps.ts';
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
      const described = await orUndefined(
        client.send(new DescribeExecutionCommand({ executionArn })),
      );
      if (described?.status === 'RUNNING') return { state: 'running' };
      return { state: described?.status === 'SUCCEEDED' ? 'succeeded' : 'failed' };
    },
    steps: async (executionArn) =>
      toSteps((await orUndefined(readHistory(client, executionArn))) ?? []),
  };
}

/** Returns undefined for an execution that ended long ago, or whose state machine was replaced. */
async function orUndefined<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** Returns the whole history of an execution, without inputs and outputs. */
async function readHistory(
  client: SFNClient,
  executionArn: string,
): Promise<readonly HistoryEvent[]> {
  const request = { executionArn, maxResults: 1_000, includeExecutionData: false };
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, request)) {
    events.push(...(page.events ?? []));
  }
  return events;
}
