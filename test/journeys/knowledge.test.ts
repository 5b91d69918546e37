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
import { says, useChat } from '#test/fixtures/use-chat.ts';
import { behave } from '#test/fixtures/read-turn.ts';

let system: StreambedSystem;
let demo: CallAs;

const parameters = { KnowledgeBases: 'handbook=LOCALKB001' };

let folder = '';

/** Writes a page of the handbook, and whose it is. */
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

test('a search gives passages with their sources, the best first', async () => {
  const [best, ...others] = await search(demo, 'How many days of paid leave are there?');
  expect(best).toEqual({
    text: expect.stringContaining('25 days'),
    source: 's3://localkb001/leave.md',
    score: expect.any(Number),
  });
  for (const { score = 0 } of others) expect(score).toBeLessThanOrEqual(best?.score ?? 0);
});

test('an answer stands on what was found, and cites it', async () => {
  const body = { prompt: 'How many days of paid leave are there?', knowledge_base: 'handbook' };
  const answer = await demo('/chat', post(body));
  const told = (await answer.json()) as {
    response: string;
    citations: readonly { start: number; end: number; sources: readonly Passage[] }[];
    trace: readonly { type: string; query?: string; passages?: readonly Passage[] }[];
  };
  expect(told.trace[0]).toMatchObject({ type: 'retrieval', query: body.prompt });
  expect(told.trace[0]?.passages?.[0]?.source).toBe('s3://localkb001/leave.md');
  const [citation] = told.citations;
  expect(citation?.sources[0]?.source).toBe('s3://localkb001/leave.md');
  expect(told.response.slice(citation?.start, citation?.end)).toContain('25 days');
});

test('a model that writes the numbers of passages cites them, too', async () => {
  await behave(system, {
    stream: [{ text: 'It depends. You have 25 days ' }, { text: '[1' }, { text: ']. Bye [7].' }],
  });
  const model = 'amazon.nova-lite-v1:0';
  const asked = { prompt: 'paid leave?', knowledge_base: 'handbook', model };
  const told = (await (await demo('/chat', post(asked))).json()) as {
    response: string;
    citations: readonly { start: number; end: number }[];
  };
  expect(told.citations).toHaveLength(1);
  const [{ start, end } = { start: 0, end: 0 }] = told.citations;
  expect(told.response.slice(start, end)).toBe('You have 25 days ');
  await behave(system, {});
});

test('the AI SDK gets sources and citations as parts, and history keeps them', async () => {
  const messages = [says('How many days of paid leave?')];
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
  // The next turn is asked without any of it.
  const next = post({ conversation_id: 'grounded', message: 'Thanks' });
  expect((await system.api('/chat', next)).status).toBe(200);
});

test('plain streams tell of citations beside the text, which stays as it is', async () => {
  const body = { prompt: 'How many days of paid leave?', knowledge_base: 'handbook' };
  const data = await (await demo('/chat/stream', post({ ...body, format: 'data' }))).text();
  expect(data).toMatch(/^event: step\ndata: \{"type":"retrieval"/mu);
  expect(data).toMatch(/^event: citation\ndata: \{"start":\d+,"end":\d+,"sources"/mu);
  expect(data.trimEnd().endsWith('data: [DONE]')).toBe(true);
  const text = await (await demo('/chat/stream', post({ ...body, format: 'text' }))).text();
  expect(text).toContain('25 days');
  expect(text).not.toContain('s3://');
});

test('Bedrock finds and answers by itself where that is asked for', async () => {
  const knowledge = { name: 'handbook', mode: 'retrieve_and_generate' };
  const body = { prompt: 'How many days of paid leave are there?', knowledge_base: knowledge };
  const told = (await (await demo('/chat', post(body))).json()) as {
    response: string;
    stop_reason: string;
    citations: readonly { start: number; end: number; sources: readonly Passage[] }[];
  };
  expect(told.stop_reason).toBe('end_turn');
  const [citation] = told.citations;
  expect(citation?.sources[0]?.source).toBe('s3://localkb001/leave.md');
  expect(told.response.slice(citation?.start, citation?.end)).toContain('25 days');
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
])('%s with %j is refused, with the field', async (path, body, detail) => {
  const answer = await demo(path, post(body));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});

test('a question that is too long for Bedrock is refused', async () => {
  const answer = await demo('/knowledge/search', post({ query: 'x'.repeat(1_001) }));
  expect(await answer.json()).toMatchObject({ detail: 'query: must be at most 1000 characters' });
});

test('where documents have owners, everybody finds his own and what is for all', async () => {
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
  const held = await startSystem({ data, knowledge: folder, parameters, template });
  const found = async (call: CallAs): Promise<readonly string[]> =>
    (await search(call, 'paid leave'))
      .map(({ source }) => source.split('/').at(-1) ?? '')
      .toSorted();
  const demoThere = await signedIn(held, 'demo');
  expect(await found(demoThere)).toEqual(['demo.md', 'leave.md']);
  expect(await found(await signedIn(held, 'guest'))).toEqual(['guest.md', 'leave.md']);
  expect(await found((path, init) => held.api(path, init))).toEqual(['leave.md']);
  const body = { prompt: 'paid leave of guest', knowledge_base: 'handbook' };
  const told = await (await demoThere('/chat', post(body))).text();
  expect(told).toContain('leave.md');
  expect(told).not.toContain('guest.md');
  const forged = post({ query: 'paid leave', owner: 'everyone' });
  expect((await demoThere('/knowledge/search', forged)).status).toBe(400);
  await held.close();
});
