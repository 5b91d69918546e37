import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedTemplate } from '#test/fixtures/changed-template.ts';
import { signedIn, tokensOf, type CallAs } from '#test/fixtures/signed-in.ts';
import {
  newDataDirectory,
  post,
  startSystem,
  type StreambedSystem,
} from '#test/fixtures/system.ts';
import { useChat, userMessage } from '#test/fixtures/use-chat.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;
let demo: CallAs;

const parameters = { KnowledgeBases: 'handbook=LOCALKB001' };

let folder = '';

/** Writes a page of the handbook, with its owner as metadata. */
async function page(name: string, text: string, owner?: string): Promise<void> {
  await writeFile(join(folder, name), text);
  if (owner === undefined) return;
  const metadata = { metadataAttributes: { owner } };
  await writeFile(join(folder, `${name}.metadata.json`), JSON.stringify(metadata));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await page(
    'leave.md',
    '# Paid leave\n\nEmployees have 25 days of paid leave a year.',
    'everyone',
  );
  await page('nobody.md', '# Paid leave of nobody\n\nThis leave belongs to nobody at all.');
  system = await startSystem({ knowledge: folder, parameters });
  demo = await signedIn(system, 'demo');
});
afterAll(() => system.close());

interface Passage {
  readonly text: string;
  readonly source: string;
  readonly score?: number;
}

async function search(call: CallAs, query: string): Promise<readonly Passage[]> {
  const answer = await call('/knowledge/search', post({ query }));
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { passages: readonly Passage[] }).passages;
}

test('a search returns passages with their sources, best match first', async () => {
  const [best, ...others] = await search(demo, 'How many days of paid leave are there?');
  expect(best).toEqual({
    text: expect.stringContaining('25 days'),
    source: 's3://localkb001/leave.md',
    score: expect.any(Number),
  });
  for (const { score = 0 } of others) expect(score).toBeLessThanOrEqual(best?.score ?? 0);
});

test('an answer is grounded in retrieved passages and cites them', async () => {
  const body = { prompt: 'How many days of paid leave are there?', knowledge_base: 'handbook' };
  const answer = await demo('/chat', post(body));
  const result = (await answer.json()) as {
    response: string;
    citations: readonly { start: number; end: number; sources: readonly Passage[] }[];
    trace: readonly { type: string; query?: string; passages?: readonly Passage[] }[];
  };
  expect(result.trace[0]).toMatchObject({ type: 'retrieval', query: body.prompt });
  expect(result.trace[0]?.passages?.[0]?.source).toBe('s3://localkb001/leave.md');
  const [citation] = result.citations;
  expect(citation?.sources[0]?.source).toBe('s3://localkb001/leave.md');
  expect(result.response.slice(citation?.start, citation?.end)).toContain('25 days');
});

test('passage numbers in the text of a model become citations', async () => {
  await setScenario(system, {
    stream: [{ text: 'It depends. You have 25 days ' }, { text: '[1' }, { text: ']. Bye [7].' }],
  });
  const model = 'amazon.nova-lite-v1:0';
  const body = { prompt: 'paid leave?', knowledge_base: 'handbook', model };
  const result = (await (await demo('/chat', post(body))).json()) as {
    response: string;
    citations: readonly { start: number; end: number }[];
  };
  expect(result.citations).toHaveLength(1);
  const [{ start, end } = { start: 0, end: 0 }] = result.citations;
  expect(result.response.slice(start, end)).toBe('You have 25 days ');
  await setScenario(system, {});
});

test('the AI SDK receives sources and citations as parts, and they are stored', async () => {
  const messages = [userMessage('How many days of paid leave?')];
  const message = await useChat(system, {
    chatId: 'grounded',
    body: { knowledge_base: 'handbook' },
    messages,
  });
  const types = new Set(message.parts.map(({ type }) => type));
  expect([...types]).toEqual(
    expect.arrayContaining(['data-retrieval', 'data-citation', 'source-document', 'text']),
  );
  const { turns } = (await (await system.api('/conversations/grounded')).json()) as {
    turns: readonly { citations?: readonly unknown[]; trace?: readonly unknown[] }[];
  };
  expect(turns[0]?.citations?.length).toBeGreaterThan(0);
  expect(turns[0]?.trace).toHaveLength(1);
  // The next turn works without the knowledge base.
  const next = post({ conversation_id: 'grounded', message: 'Thanks' });
  expect((await system.api('/chat', next)).status).toBe(200);
});

test('the data format has citations as events, and the text format only the text', async () => {
  const body = { prompt: 'How many days of paid leave?', knowledge_base: 'handbook' };
  const data = await (await demo('/chat/stream', post({ ...body, format: 'data' }))).text();
  expect(data).toMatch(/^event: step\ndata: \{"type":"retrieval"/mu);
  expect(data).toMatch(/^event: citation\ndata: \{"start":\d+,"end":\d+,"sources"/mu);
  expect(data.trimEnd().endsWith('data: [DONE]')).toBe(true);
  const text = await (await demo('/chat/stream', post({ ...body, format: 'text' }))).text();
  expect(text).toContain('25 days');
  expect(text).not.toContain('s3://');
});

test('the mode retrieve_and_generate returns an answer with citations', async () => {
  const knowledge = { name: 'handbook', mode: 'retrieve_and_generate' };
  const body = { prompt: 'How many days of paid leave are there?', knowledge_base: knowledge };
  const result = (await (await demo('/chat', post(body))).json()) as {
    response: string;
    stop_reason: string;
    citations: readonly { start: number; end: number; sources: readonly Passage[] }[];
  };
  expect(result.stop_reason).toBe('end_turn');
  const [citation] = result.citations;
  expect(citation?.sources[0]?.source).toBe('s3://localkb001/leave.md');
  expect(result.response.slice(citation?.start, citation?.end)).toContain('25 days');
});

test.each([
  ['/knowledge/search', {}, 'query: is required'],
  ['/knowledge/search', { query: ' ' }, 'query: must not be blank'],
  ['/knowledge/search', { query: 5 }, 'query: must be a string'],
  ['/knowledge/search', { query: 'x', limit: 0 }, 'limit: must be a whole number from 1 to 50'],
  ['/knowledge/search', { query: 'x', knowledge_base: 'other' }, 'must be one of handbook'],
  ['/knowledge/search', { query: 'x', filter: { owner: 'x' } }, 'filter: is not a field'],
  ['/chat', { prompt: 'x', knowledge_base: 'other' }, 'knowledge_base: must be one of handbook'],
  ['/chat', { prompt: 'x', knowledge_base: { name: 'handbook', owner: 'x' } }, 'knowledge_base'],
  [
    '/chat',
    { prompt: 'x', knowledge_base: 'handbook', cache: true },
    'cache: cannot be combined with',
  ],
])('%s with %j is rejected with an error that names the field', async (path, body, detail) => {
  const answer = await demo(path, post(body));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});

test('a query that is too long for Bedrock is rejected', async () => {
  const answer = await demo('/knowledge/search', post({ query: 'x'.repeat(1_001) }));
  expect(await answer.json()).toMatchObject({ detail: 'query: must be at most 1000 characters' });
});

test('with an owner attribute, users find only their own documents and shared ones', async () => {
  const data = await newDataDirectory();
  const before = await startSystem({ data });
  const pool = before.state.signIn?.userPoolId ?? '';
  for (const name of ['demo', 'guest']) {
    const { sub = '' } = decodeJwt((await tokensOf(before, name)).AccessToken ?? '');
    await page(`${name}.md`, `# Paid leave of ${name}`, `user:${pool}:${sub}`);
  }
  await before.close();
  const template = await changedTemplate((propertiesOf) => {
    for (const name of ['KnowledgeFunction', 'ChatBufferedFunction']) {
      propertiesOf(name).Environment.Variables['KNOWLEDGE_OWNER_ATTRIBUTE'] = 'owner';
    }
  });
  const withOwners = await startSystem({ data, knowledge: folder, parameters, template });
  const findFiles = async (call: CallAs): Promise<readonly string[]> =>
    (await search(call, 'paid leave'))
      .map(({ source }) => source.split('/').at(-1) ?? '')
      .toSorted();
  const demoUser = await signedIn(withOwners, 'demo');
  expect(await findFiles(demoUser)).toEqual(['demo.md', 'leave.md']);
  expect(await findFiles(await signedIn(withOwners, 'guest'))).toEqual(['guest.md', 'leave.md']);
  expect(await findFiles((path, init) => withOwners.api(path, init))).toEqual(['leave.md']);
  const body = { prompt: 'paid leave of guest', knowledge_base: 'handbook' };
  const answer = await (await demoUser('/chat', post(body))).text();
  expect(answer).toContain('leave.md');
  expect(answer).not.toContain('guest.md');
  const forged = post({ query: 'paid leave', owner: 'everyone' });
  expect((await demoUser('/knowledge/search', forged)).status).toBe(400);
  await withOwners.close();
});
