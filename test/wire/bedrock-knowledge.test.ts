import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockAgentRuntimeClient,
  InvokeAgentCommand,
  RetrieveAndGenerateCommand,
  RetrieveAndGenerateStreamCommand,
  RetrieveCommand,
  type InvokeAgentCommandInput,
  type ResponseStream,
  type RetrievalFilter,
} from '@aws-sdk/client-bedrock-agent-runtime';
import {
  BedrockAgentCoreClient,
  InvokeAgentRuntimeCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKnowledgeBases } from '#local/bedrock/read-settings.ts';
import { credentials, novaLite, startBedrock, type RunningBedrock } from '../fixtures/bedrock.ts';

let bedrock: RunningBedrock;
let client: BedrockAgentRuntimeClient;
const lines: string[] = [];
const knowledgeBaseId = 'LOCALKB001';

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await mkdir(join(folder, 'ja'));
  const pdf = await PDFDocument.create();
  pdf.addPage().drawText('The harbour bridge was opened in 1932. Tolls were abolished in 2009.');
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'leave.md':
      '# Paid leave\n\nEmployees have 25 days of paid leave a year.\n\n# Sick leave\n\nSick leave needs a note from a doctor after three days.',
    'leave.md.metadata.json':
      '{"metadataAttributes":{"department":"people","year":2026,"tags":["leave","rules"]}}',
    'travel.html':
      '<html><head><title>no</title><style>p{}</style></head><body><h1>Travel</h1><p>Trains are booked in second class.</p><script>track()</script></body></html>',
    'travel.html.metadata.json':
      '{"metadataAttributes":{"department":{"value":{"type":"STRING","stringValue":"finance"}},"year":2024}}',
    'ja/keihi.txt':
      '経費精算は翌月の五日までに申請してください。領収書の添付が必要です。\n\n在宅勤務の手当は月に三千円です。',
    'bridge.pdf': await pdf.save(),
    'broken.pdf': 'not a PDF',
    'photo.jpg': 'not read',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const knowledgeBases = await readKnowledgeBases([folder], (line) => lines.push(line));
  bedrock = await startBedrock({ knowledgeBases });
  client = new BedrockAgentRuntimeClient({
    endpoint: bedrock.url,
    region: 'us-east-1',
    credentials,
  });
});

afterAll(() => bedrock.close());

test('a folder is indexed, and what could not be read is said', () => {
  expect(lines[0]).toMatch(/^Knowledge base LOCALKB001: 4 documents, \d+ passages from /u);
  expect(lines[1]).toMatch(/^! broken\.pdf: .+ was skipped$/u);
});

async function find(text: string, filter?: RetrievalFilter): Promise<readonly string[]> {
  const vectorSearchConfiguration = { numberOfResults: 3, filter };
  const { retrievalResults = [] } = await client.send(
    new RetrieveCommand({
      knowledgeBaseId,
      retrievalQuery: { text },
      retrievalConfiguration: { vectorSearchConfiguration },
    }),
  );
  return retrievalResults.map(({ location }) => location?.s3Location?.uri ?? '');
}

describe('Retrieve', () => {
  test.each([
    ['How many days of paid leave do I have?', 'leave.md'],
    ['Which class are trains booked in?', 'travel.html'],
    ['When was the bridge opened?', 'bridge.pdf'],
    ['経費の申請はいつまでですか', 'ja/keihi.txt'],
    ['在宅勤務手当', 'ja/keihi.txt'],
  ])('%s is found in %s', async (question, file) => {
    expect((await find(question))[0]).toBe(`s3://localkb001/${file}`);
  });

  test('a passage has its text, score, place and attributes', async () => {
    const { retrievalResults } = await client.send(
      new RetrieveCommand({ knowledgeBaseId, retrievalQuery: { text: 'sick leave doctor' } }),
    );
    expect(retrievalResults?.[0]).toMatchObject({
      content: { text: expect.stringContaining('a note from a doctor'), type: 'TEXT' },
      location: { type: 'S3' },
      metadata: { department: 'people', year: 2026 },
    });
    const scores = retrievalResults?.map(({ score }) => score ?? 0) ?? [];
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
  });

  test.each<[string, RetrievalFilter, number]>([
    ['equals', { equals: { key: 'department', value: 'people' } }, 2],
    ['notEquals', { notEquals: { key: 'department', value: 'people' } }, 1],
    ['greaterThan', { greaterThan: { key: 'year', value: 2025 } }, 2],
    ['lessThanOrEquals', { lessThanOrEquals: { key: 'year', value: 2024 } }, 1],
    ['in', { in: { key: 'department', value: ['finance', 'law'] } }, 1],
    ['listContains', { listContains: { key: 'tags', value: 'leave' } }, 2],
    ['startsWith', { startsWith: { key: 'department', value: 'fin' } }, 1],
    [
      'andAll',
      {
        andAll: [
          { equals: { key: 'department', value: 'people' } },
          { lessThan: { key: 'year', value: 2000 } },
        ],
      },
      0,
    ],
    [
      'orAll',
      {
        orAll: [
          { equals: { key: 'department', value: 'finance' } },
          { equals: { key: 'department', value: 'people' } },
        ],
      },
      3,
    ],
  ])('%s filters by attributes', async (_, filter, count) => {
    expect(await find('leave trains booked sick employees', filter)).toHaveLength(count);
  });

  test('a filter that is none, and a base that is not there, are refused', async () => {
    await expect(find('a', { andAll: [{ equals: { key: 'a', value: 1 } }] })).rejects.toMatchObject(
      { name: 'ValidationException' },
    );
    const elsewhere = new RetrieveCommand({
      knowledgeBaseId: 'OTHERKB001',
      retrievalQuery: { text: 'a' },
    });
    await expect(client.send(elsewhere)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

const generating = (text: string, sessionId?: string): RetrieveAndGenerateCommand['input'] => ({
  input: { text },
  sessionId,
  retrieveAndGenerateConfiguration: {
    type: 'KNOWLEDGE_BASE',
    knowledgeBaseConfiguration: {
      knowledgeBaseId,
      modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${novaLite}`,
    },
  },
});

describe('RetrieveAndGenerate', () => {
  test('an answer rests on passages, and says on which and where', async () => {
    const { citations, output, sessionId } = await client.send(
      new RetrieveAndGenerateCommand(generating('How many days of paid leave?')),
    );
    const part = citations?.[0]?.generatedResponsePart?.textResponsePart;
    expect(part?.text).toContain('25 days of paid leave');
    expect(output?.text?.slice(part?.span?.start, (part?.span?.end ?? 0) + 1)).toBe(part?.text);
    expect(citations?.[0]?.retrievedReferences?.[0]?.location?.s3Location?.uri).toContain(
      'leave.md',
    );
    const again = await client.send(
      new RetrieveAndGenerateCommand(generating('And sick leave?', sessionId)),
    );
    expect(again.sessionId).toBe(sessionId);
    await expect(
      client.send(new RetrieveAndGenerateCommand(generating('a', 'no-such-session'))),
    ).rejects.toThrow('is not valid');
  });

  test('in Japanese too', async () => {
    const { output } = await client.send(
      new RetrieveAndGenerateCommand(generating('経費精算はいつまでに申請しますか')),
    );
    expect(output?.text).toContain('翌月の五日まで');
  });

  test('streams its text, and each citation after what it is for', async () => {
    const { sessionId, stream } = await client.send(
      new RetrieveAndGenerateStreamCommand(generating('When was the bridge opened?')),
    );
    const events = await Array.fromAsync(stream ?? []);
    expect(sessionId).toBeTruthy();
    const text = events.map(({ output }) => output?.text ?? '').join('');
    expect(text).toContain('opened in 1932');
    const citation = events.find((event) => event.citation !== undefined)?.citation;
    expect(citation?.generatedResponsePart?.textResponsePart?.text).toContain('1932');
    expect(citation?.retrievedReferences?.[0]?.location?.s3Location?.uri).toContain('bridge.pdf');
  });
});

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

  test('answers from the knowledge base, whole, with its attribution', async () => {
    const events = await invoke({ inputText: 'How many days of paid leave do I have?' });
    expect(events).toHaveLength(1);
    expect(textOf(events)).toContain('25 days');
    expect(
      events[0]?.chunk?.attribution?.citations?.[0]?.retrievedReferences?.[0]?.content?.text,
    ).toContain('25 days');
  });

  test('shows its trace where it is asked for, in order', async () => {
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

  test('streams the final answer where it is asked to', async () => {
    const events = await invoke({
      inputText: 'Hello',
      streamingConfigurations: { streamFinalResponse: true },
    });
    expect(events.length).toBeGreaterThan(5);
    expect(textOf(events)).toContain('Simulated answer');
  });

  test('remembers its session until it is ended', async () => {
    const sessionId = 'session-2';
    await invoke({ sessionId, inputText: 'My name is Ada.' });
    expect(textOf(await invoke({ sessionId, inputText: 'What is my name?' }))).toContain('Ada');
    await invoke({ sessionId, inputText: 'Bye', endSession: true });
    expect(textOf(await invoke({ sessionId, inputText: 'What is my name?' }))).not.toContain('Ada');
  });

  test('gives control back for a tool, and goes on with what the program did', async () => {
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

  test('a bad id is refused by its member', async () => {
    await expect(invoke({ agentId: 'not an id', inputText: 'Hi' })).rejects.toThrow(
      "'agentId' failed to satisfy constraint",
    );
  });

  test('an exception midway is typed', async () => {
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

  test('streams server-sent events, and remembers its session', async () => {
    const command = new InvokeAgentRuntimeCommand({
      agentRuntimeArn,
      runtimeSessionId,
      payload: payload('My name is Ada.'),
    });
    const { contentType, response, runtimeSessionId: session } = await core().send(command);
    expect(contentType).toContain('text/event-stream');
    expect(session).toBe(runtimeSessionId);
    const lines = (await response?.transformToString())?.trim().split('\n\n') ?? [];
    const events = lines.map(
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
  });

  test('refuses a short session id and a payload that is none, as AgentCore does', async () => {
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
