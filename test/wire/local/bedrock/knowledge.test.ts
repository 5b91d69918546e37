import {
  BedrockAgentRuntimeClient,
  RetrieveAndGenerateCommand,
  RetrieveAndGenerateStreamCommand,
  RetrieveCommand,
  type RetrievalFilter,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKnowledgeBases } from '#local/bedrock/server/read-settings.ts';
import {
  credentials,
  novaLite,
  startBedrock,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';

let bedrock: RunningBedrock;
let client: BedrockAgentRuntimeClient;
const lines: string[] = [];
const knowledgeBaseId = 'LOCALKB001';

beforeAll(async () => {
  const folder = await makeKnowledgeFolder();
  const knowledgeBases = await readKnowledgeBases([folder], (line) => lines.push(line));
  bedrock = await startBedrock({ knowledgeBases });
  client = new BedrockAgentRuntimeClient({
    endpoint: bedrock.url,
    region: 'us-east-1',
    credentials,
  });
});

afterAll(() => bedrock.close());

test('a folder is indexed and unreadable files are reported', () => {
  expect(lines[0]).toMatch(/^Knowledge base LOCALKB001: 4 documents, \d+ passages from /u);
  expect(lines[1]).toMatch(/^! Skipped broken\.pdf: .+$/u);
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
  ])('“%s” finds %s', async (question, file) => {
    expect((await find(question))[0]).toBe(`s3://localkb001/${file}`);
  });

  test('a passage has its text, score, location and metadata', async () => {
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
  ])('the filter %s selects by metadata', async (_, filter, count) => {
    expect(await find('leave trains booked sick employees', filter)).toHaveLength(count);
  });

  test('an invalid filter and an unknown knowledge base are refused', async () => {
    await expect(find('a', { andAll: [{ equals: { key: 'a', value: 1 } }] })).rejects.toMatchObject(
      { name: 'ValidationException' },
    );
    const unknown = new RetrieveCommand({
      knowledgeBaseId: 'OTHERKB001',
      retrievalQuery: { text: 'a' },
    });
    await expect(client.send(unknown)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

const inputOf = (text: string, sessionId?: string): RetrieveAndGenerateCommand['input'] => ({
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
  test('an answer cites its passages and their positions in the text', async () => {
    const { citations, output, sessionId } = await client.send(
      new RetrieveAndGenerateCommand(inputOf('How many days of paid leave?')),
    );
    const part = citations?.[0]?.generatedResponsePart?.textResponsePart;
    expect(part?.text).toContain('25 days of paid leave');
    expect(output?.text?.slice(part?.span?.start, (part?.span?.end ?? 0) + 1)).toBe(part?.text);
    expect(citations?.[0]?.retrievedReferences?.[0]?.location?.s3Location?.uri).toContain(
      'leave.md',
    );
    const again = await client.send(
      new RetrieveAndGenerateCommand(inputOf('And sick leave?', sessionId)),
    );
    expect(again.sessionId).toBe(sessionId);
    await expect(
      client.send(new RetrieveAndGenerateCommand(inputOf('a', 'no-such-session'))),
    ).rejects.toThrow('is not valid');
  });

  test('a Japanese question gets a Japanese answer', async () => {
    const { output } = await client.send(
      new RetrieveAndGenerateCommand(inputOf('経費精算はいつまでに申請しますか')),
    );
    expect(output?.text).toContain('翌月の五日まで');
  });

  test('the stream sends each citation after the text that it supports', async () => {
    const { sessionId, stream } = await client.send(
      new RetrieveAndGenerateStreamCommand(inputOf('When was the bridge opened?')),
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
