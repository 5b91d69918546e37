import * as control from '@aws-sdk/client-bedrock';
import * as agents from '@aws-sdk/client-bedrock-agent-runtime';
import * as core from '@aws-sdk/client-bedrock-agentcore';
import * as runtime from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKnowledgeBases } from '#local/bedrock/server/read-settings.ts';
import {
  haiku,
  novaLite,
  startBedrock,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';
import { capture } from '#test/fixtures/captured-responses.ts';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import { problemsOf } from '#test/fixtures/service-model.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  const knowledgeBases = await readKnowledgeBases([await makeKnowledgeFolder()], () => undefined);
  bedrock = await startBedrock({ knowledgeBases });
});

afterAll(() => bedrock.close());

describe('agents and knowledge bases', () => {
  const knowledgeBaseId = 'LOCALKB001';
  const question = 'How many days of paid leave do I have?';
  const client = (options: object): agents.BedrockAgentRuntimeClient =>
    new agents.BedrockAgentRuntimeClient(options);
  const grounded = {
    input: { text: question },
    retrieveAndGenerateConfiguration: {
      type: 'KNOWLEDGE_BASE' as const,
      knowledgeBaseConfiguration: {
        knowledgeBaseId,
        modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${novaLite}`,
      },
    },
  };
  const ids = { agentId: 'AGENT12345', agentAliasId: 'TSTALIASID' };

  test('searches and grounded answers are what the service model says', async () => {
    expect(
      await problemsOf(bedrock.url, agents.Retrieve$, (options) =>
        client(options).send(
          new agents.RetrieveCommand({ knowledgeBaseId, retrievalQuery: { text: question } }),
        ),
      ),
    ).toEqual([]);
    expect(
      await problemsOf(bedrock.url, agents.RetrieveAndGenerate$, (options) =>
        client(options).send(new agents.RetrieveAndGenerateCommand(grounded)),
      ),
    ).toEqual([]);
    expect(
      await problemsOf(bedrock.url, agents.RetrieveAndGenerateStream$, (options) =>
        client(options).send(new agents.RetrieveAndGenerateStreamCommand(grounded)),
      ),
    ).toEqual([]);
  });

  test.each([true, false])(
    'InvokeAgent is what it says, streamed: %s',
    async (streamFinalResponse) => {
      expect(
        await problemsOf(bedrock.url, agents.InvokeAgent$, (options) =>
          client(options).send(
            new agents.InvokeAgentCommand({
              ...ids,
              sessionId: 'session-1',
              inputText: question,
              enableTrace: true,
              streamingConfigurations: { streamFinalResponse },
            }),
          ),
        ),
      ).toEqual([]);
    },
  );

  test('an agent that returns control does so as the service model says', async () => {
    const off = bedrock.on({ stream: [{ tool: { name: 'orders__find', args: { id: 7 } } }] });
    expect(
      await problemsOf(bedrock.url, agents.InvokeAgent$, (options) =>
        client(options).send(
          new agents.InvokeAgentCommand({
            ...ids,
            sessionId: 'session-2',
            inputText: 'Find',
            enableTrace: true,
          }),
        ),
      ),
    ).toEqual([]);
    off();
  });

  test('AgentCore answers as its service model says', async () => {
    expect(
      await problemsOf(bedrock.url, core.InvokeAgentRuntime$, (options) =>
        new core.BedrockAgentCoreClient(options).send(
          new core.InvokeAgentRuntimeCommand({
            agentRuntimeArn:
              'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-abc123',
            payload: Buffer.from('{"prompt":"Hello"}'),
          }),
        ),
      ),
    ).toEqual([]);
  });
});

const ask = (options: object): Promise<unknown> =>
  new runtime.BedrockRuntimeClient(options).send(
    new runtime.ConverseCommand({ modelId: haiku, messages: [user('Hello')] }),
  );

/** Every error of a service model, with its HTTP status. */
function errorsOf(client: object): readonly (readonly [name: string, status: number])[] {
  return Object.values(client).flatMap((schema: unknown) => {
    if (!Array.isArray(schema) || schema[0] !== -3) return [];
    const [, , name, traits]: readonly unknown[] = schema;
    const entries = typeof traits === 'object' && traits !== null ? Object.entries(traits) : [];
    const status: unknown = entries.find(([trait]) => trait === 'httpError')?.[1];
    return typeof name === 'string' && typeof status === 'number' ? [[name, status] as const] : [];
  });
}

const invokeAgent = (options: object): Promise<unknown> =>
  new agents.BedrockAgentRuntimeClient(options).send(
    new agents.InvokeAgentCommand({
      agentId: 'AGENT12345',
      agentAliasId: 'TSTALIASID',
      sessionId: 'session-3',
      inputText: 'Hello',
    }),
  );

const invokeRuntime = (options: object): Promise<unknown> =>
  new core.BedrockAgentCoreClient(options).send(
    new core.InvokeAgentRuntimeCommand({
      agentRuntimeArn: 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-abc123',
      payload: Buffer.from('{"prompt":"Hello"}'),
    }),
  );

const retrieve = (options: object): Promise<unknown> =>
  new agents.BedrockAgentRuntimeClient(options).send(
    new agents.RetrieveCommand({
      knowledgeBaseId: 'LOCALKB001',
      retrievalQuery: { text: 'leave' },
    }),
  );

const listGuardrails = (options: object): Promise<unknown> =>
  new control.BedrockClient(options).send(new control.ListGuardrailsCommand({}));

test.each([
  ['the runtime', runtime, ask],
  ['agents', agents, invokeAgent],
  ['knowledge bases', agents, retrieve],
  ['AgentCore', core, invokeRuntime],
  ['the control plane', control, listGuardrails],
])('every error of the service model of %s has its status', async (_, client, send) => {
  const errors = errorsOf(client);
  expect(errors.length).toBeGreaterThan(8);
  for (const [type, status] of errors) {
    const off = bedrock.on({ fail: { type } });
    expect([type, (await capture(bedrock.url, send)).statusCode]).toEqual([type, status]);
    off();
  }
});
