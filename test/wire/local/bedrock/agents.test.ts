import {
  BedrockAgentRuntimeClient,
  InvokeAgentCommand,
  type InvokeAgentCommandInput,
  type ResponseStream,
} from '@aws-sdk/client-bedrock-agent-runtime';
import {
  BedrockAgentCoreClient,
  InvokeAgentRuntimeCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKnowledgeBases } from '#local/bedrock/server/read-settings.ts';
import { credentials, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';

let bedrock: RunningBedrock;
let client: BedrockAgentRuntimeClient;

beforeAll(async () => {
  const knowledgeBases = await readKnowledgeBases([await makeKnowledgeFolder()], () => undefined);
  bedrock = await startBedrock({ knowledgeBases });
  client = new BedrockAgentRuntimeClient({
    endpoint: bedrock.url,
    region: 'us-east-1',
    credentials,
  });
});

afterAll(() => bedrock.close());

describe('InvokeAgent', () => {
  async function invoke(
    change: Partial<InvokeAgentCommandInput>,
  ): Promise<readonly ResponseStream[]> {
    const input = {
      agentId: 'AGENT12345',
      agentAliasId: 'TSTALIASID',
      sessionId: 'session-1',
      ...change,
    };
    const { completion } = await client.send(new InvokeAgentCommand(input));
    return Array.fromAsync(completion ?? []);
  }

  const textOf = (events: readonly ResponseStream[]): string =>
    events.map(({ chunk }) => Buffer.from(chunk?.bytes ?? []).toString('utf8')).join('');

  test('the answer from the knowledge base is one chunk with its attribution', async () => {
    const events = await invoke({ inputText: 'How many days of paid leave do I have?' });
    expect(events).toHaveLength(1);
    expect(textOf(events)).toContain('25 days');
    expect(
      events[0]?.chunk?.attribution?.citations?.[0]?.retrievedReferences?.[0]?.content?.text,
    ).toContain('25 days');
  });

  test('with enableTrace the trace events come in the order of Bedrock', async () => {
    const events = await invoke({ inputText: 'When was the bridge opened?', enableTrace: true });
    const kinds = events.map(({ chunk, trace }) =>
      chunk === undefined ? Object.keys(trace?.trace?.orchestrationTrace ?? {})[0] : 'chunk',
    );
    expect(kinds).toEqual([
      'modelInvocationInput',
      'invocationInput',
      'observation',
      'modelInvocationOutput',
      'rationale',
      'observation',
      'chunk',
    ]);
    expect(events[0]?.trace).toMatchObject({
      agentId: 'AGENT12345',
      agentAliasId: 'TSTALIASID',
      eventTime: expect.any(Date),
    });
  });

  test('with streamFinalResponse the answer arrives in chunks', async () => {
    const events = await invoke({
      inputText: 'Hello',
      streamingConfigurations: { streamFinalResponse: true },
    });
    expect(events.length).toBeGreaterThan(5);
    expect(textOf(events)).toContain('Simulated answer');
    expect(textOf(events)).toContain('I am the agent `AGENT12345`');
  });

  test('a session is remembered until it ends', async () => {
    const sessionId = 'session-2';
    await invoke({ sessionId, inputText: 'My name is Ada.' });
    expect(textOf(await invoke({ sessionId, inputText: 'What is my name?' }))).toContain('Ada');
    await invoke({ sessionId, inputText: 'Bye', endSession: true });
    expect(textOf(await invoke({ sessionId, inputText: 'What is my name?' }))).not.toContain('Ada');
  });

  test('an agent returns control for a tool and continues with its result', async () => {
    const off = bedrock.on({
      match: { operation: 'InvokeAgent' },
      stream: [{ tool: { name: 'orders__find', args: { id: 7 } } }],
      next: [{ stream: [{ text: 'It was sent.' }] }],
    });
    const sessionId = 'session-3';
    const [event] = await invoke({ sessionId, inputText: 'Where is my order?' });
    const control = event?.returnControl;
    expect(control?.invocationInputs?.[0]?.functionInvocationInput).toMatchObject({
      actionGroup: 'orders',
      function: 'find',
      parameters: [{ name: 'id', type: 'number', value: '7' }],
    });
    const events = await invoke({
      sessionId,
      sessionState: {
        invocationId: control?.invocationId,
        returnControlInvocationResults: [
          {
            functionResult: {
              actionGroup: 'orders',
              function: 'find',
              responseBody: { TEXT: { body: 'sent' } },
            },
          },
        ],
      },
    });
    expect(textOf(events)).toBe('It was sent.');
    off();
  });

  test('an invalid agent ID is refused and the error names the member', async () => {
    await expect(invoke({ agentId: 'not an id', inputText: 'Hi' })).rejects.toThrow(
      "'agentId' failed to satisfy constraint",
    );
  });

  test('an exception in mid-stream has its type', async () => {
    const off = bedrock.on({
      stream: [{ text: 'a' }, { exception: { type: 'dependencyFailedException', message: 'No.' } }],
    });
    await expect(
      invoke({ inputText: 'Hi', streamingConfigurations: { streamFinalResponse: true } }),
    ).rejects.toMatchObject({ name: 'DependencyFailedException' });
    off();
  });
});

describe('InvokeAgentRuntime', () => {
  const agentRuntimeArn = 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-abc123';
  const runtimeSessionId = 'session-of-thirty-three-characters-1';
  const core = (): BedrockAgentCoreClient =>
    new BedrockAgentCoreClient({ endpoint: bedrock.url, region: 'us-east-1', credentials });
  const payload = (prompt: string): Uint8Array => Buffer.from(JSON.stringify({ prompt }));

  test('the runtime streams server-sent events and remembers its session', async () => {
    const command = new InvokeAgentRuntimeCommand({
      agentRuntimeArn,
      runtimeSessionId,
      payload: payload('My name is Ada.'),
    });
    const { contentType, response, runtimeSessionId: session } = await core().send(command);
    expect(contentType).toContain('text/event-stream');
    expect(session).toBe(runtimeSessionId);
    const frames = (await response?.transformToString())?.trim().split('\n\n') ?? [];
    const events = frames.map(
      (line) => JSON.parse(line.replace(/^data: /u, '')) as { event: object },
    );
    expect(events[0]).toEqual({ event: { messageStart: { role: 'assistant' } } });
    expect(Object.keys(events.at(-1)?.event ?? {})).toEqual(['metadata']);
    const again = new InvokeAgentRuntimeCommand({
      agentRuntimeArn,
      runtimeSessionId,
      accept: 'application/json',
      payload: payload('What is my name?'),
    });
    const whole = await (await core().send(again)).response?.transformToString();
    expect(JSON.parse(whole ?? '')).toMatchObject({ result: expect.stringContaining('Ada') });
    expect(whole).toContain('Agent `agent-abc123`');
  });

  test('a short session ID and a payload without a prompt get the errors of AgentCore', async () => {
    const send = (change: object): Promise<unknown> =>
      core().send(
        new InvokeAgentRuntimeCommand({
          agentRuntimeArn,
          runtimeSessionId,
          payload: payload('Hi'),
          ...change,
        }),
      );
    await expect(send({ runtimeSessionId: 'short' })).rejects.toMatchObject({
      name: 'ValidationException',
      fieldList: [{ name: 'runtimeSessionId' }],
    });
    await expect(send({ payload: Buffer.from('{}') })).rejects.toMatchObject({
      name: 'RuntimeClientError',
      $metadata: { httpStatusCode: 424 },
    });
  });
});
