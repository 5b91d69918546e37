import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toSegment } from '#domain/segment.ts';
import { dayOf } from '#domain/spending/ledger.ts';
import { attachFile } from '#test/fixtures/attached-files.ts';
import { upload, submitDocument, waitForDocument } from '#test/fixtures/documents.ts';
import { signedIn, type CallAs } from '#test/fixtures/signed-in.ts';
import { SignInPages } from '#test/fixtures/sign-in-pages.ts';
import { readEverything, storageClients } from '#test/fixtures/stored-data.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { readStream } from '#test/fixtures/stream-reader.ts';

interface JobJson {
  readonly export_id: string;
  readonly deletion_id: string;
  readonly status: string;
  readonly progress: Readonly<Record<string, { readonly done: number; readonly total: number }>>;
  readonly downloads?: readonly { readonly format: string; readonly url: string }[];
}

interface Person {
  readonly as: CallAs;
  readonly owner: string;
}

let system: StreambedSystem;
let ada: Person;
let ben: Person;

beforeAll(async () => {
  system = await startSystem();
  ada = await signIn('demo');
  ben = await signIn('guest');
});
afterAll(() => system.close());

async function signIn(name: string): Promise<Person> {
  const as = await signedIn(system, name);
  const { task_id: id } = (await (await as('/tasks', post({ prompt: 'Hi' }))).json()) as {
    task_id: string;
  };
  const items = await readEverything(system);
  const item = items.find((text) => text.includes(`TASK#${id}`)) ?? '{}';
  const { pk } = JSON.parse(item) as { pk: string };
  return { as, owner: decodeURIComponent(pk.replace('OWNER#', '')) };
}

/** Stores something in every place, with a text in it that can be found again. */
async function storeEverything({ as, owner }: Person, canary: string): Promise<void> {
  const created = await (await as('/chat', post({ message: `Message ${canary}` }))).json();
  const { conversation_id: id, turn_id: turn } = created as Readonly<Record<string, string>>;
  await as('/chat', post({ message: `Another ${canary}`, conversation_id: id }));
  const feedback = JSON.stringify({ rating: 'bad', comment: `Feedback ${canary}` });
  await as(`/conversations/${id}/turns/${turn}/feedback`, { method: 'PUT', body: feedback });
  const changes = { title: `Title ${canary}`, settings: { system: `Settings ${canary}` } };
  await as(`/conversations/${id}`, { method: 'PATCH', body: JSON.stringify(changes) });
  const headers = { 'idempotency-key': `key-${canary}` };
  await as('/chat', post({ prompt: `Prompt ${canary}` }, { headers }));
  await as('/chat', post({ prompt: `Cached ${canary}`, cache: true }));
  await as('/tasks', post({ prompt: `Task ${canary}` }));
  await as('/callback-secret');
  const used = await attachFile(as, `used-${canary}.md`, Buffer.from(`Used ${canary}`));
  await as('/chat', post({ message: `Read ${canary}`, attachments: [used] }));
  await upload(as, `${canary}.txt`, Buffer.from(`Document ${canary}. The bridge is old.`));
  const { analysis_id: analysis } = await submitDocument(as, '/analyses', {
    text: `Analysis ${canary} was excellent.`,
  });
  await waitForDocument(as, `/analyses/${analysis}`);
  await submitDocument(as, '/documents', { name: `never-uploaded-${canary}.txt` });
  await storeDirectly(owner, canary);
  const hasEnded = async () => JSON.stringify(await tasksOf(owner)).includes('running');
  await expect.poll(hasEnded, { timeout: 20_000 }).toBe(false);
}

async function tasksOf(owner: string): Promise<readonly string[]> {
  const items = await readEverything(system);
  return items.filter((text) => text.includes('TASK#') && text.includes(pkOf(owner)));
}

const pkOf = (owner: string): string => `OWNER#${encodeURIComponent(owner)}`;

/** Writes what only other routes, the page or an earlier day would have written. */
async function storeDirectly(owner: string, canary: string): Promise<void> {
  const { documents } = storageClients(system);
  const { tables } = system.state;
  const [pk, user] = [pkOf(owner), encodeURIComponent(owner.replace('user:', ''))];
  const day = dayOf(Date.now()) - 3;
  const items = [
    { pk, sk: 'NOTES', notes: [`Note ${canary}`] },
    {
      pk,
      sk: `SPENDING#0${day}`,
      day,
      turns: 1,
      tokens: 2,
      nanoUsd: 3,
      [`open#${canary}`]: 'settled:3',
    },
    { pk: `PAGE_SESSIONS#${user}`, sk: `hash-${canary}` },
    { pk: `PAGE_SESSION#hash-${canary}`, sk: 'PAGE_SESSION', userId: user, sealed: canary },
  ];
  for (const Item of items) {
    await documents.send(new PutCommand({ TableName: tables['Conversations'], Item }));
  }
  const History = [{ type: 'human', data: { content: `Session ${canary}` } }];
  const Item = { SessionId: `session-${canary}`, Owner: owner, History };
  await documents.send(new PutCommand({ TableName: tables['ChatMessageHistory'], Item }));
}

async function begin({ as }: Person, path: string, body: object): Promise<JobJson> {
  const response = await as(path, post(body));
  const job = (await response.json()) as JobJson;
  expect([response.status, job]).toEqual([202, job]);
  const id = path === '/data/exports' ? job.export_id : job.deletion_id;
  expect(response.headers.get('location')).toBe(`${path.split('/').at(-1)}/${id}`);
  return waitFor(as, `${path}/${id}`);
}

async function waitFor(as: CallAs, path: string): Promise<JobJson> {
  const read = async (): Promise<JobJson> => (await (await as(path)).json()) as JobJson;
  await expect
    .poll(async () => (await read()).status, { timeout: 30_000, interval: 100 })
    .toBe('complete');
  return read();
}

const confirmed = { confirm: 'delete everything' };

test('an owner exports everything, deletes everything, and nobody else loses anything', async () => {
  await Promise.all([storeEverything(ada, 'canary-ada'), storeEverything(ben, 'canary-ben')]);
  const exported = await begin(ada, '/data/exports', {});
  const { conversations, attachments, documents, sessions, notes } = exported.progress;
  expect([conversations, attachments, documents, sessions, notes]).toEqual(
    [6, 1, 3, 1, 1].map((total) => ({ done: total, total })),
  );
  const files = await Promise.all(
    (exported.downloads ?? []).map(async ({ format, url }) => {
      return [format, await (await fetch(url)).text()] as const;
    }),
  );
  expect(files.map(([format]) => format)).toEqual(['json', 'markdown']);
  for (const [format, text] of files) {
    for (const what of 'Message Another Title Settings Feedback Prompt Cached Task Session Note'.split(
      ' ',
    )) {
      expect([format, text.includes(`${what} canary-ada`)]).toEqual([format, true]);
    }
    expect(text).toContain('canary-ada.txt');
    expect(text).not.toContain('canary-ben');
  }
  const json = JSON.parse(files[0]?.[1] ?? '') as { documents: { upload_base64?: string }[] };
  const uploads = json.documents.map(({ upload_base64: file = '' }) => atob(file)).join(' ');
  expect(uploads).toContain('Document canary-ada');
  expect(uploads).toContain('Analysis canary-ada');
  // Once with its message, and once as an upload of the last day.
  expect(files[0]?.[1].split(btoa('Used canary-ada'))).toHaveLength(3);

  const spent = (await (await ada.as('/usage')).json()) as { today: object };
  const others = (await readEverything(system)).filter((text) => text.includes('canary-ben'));
  const deleted = await begin(ada, '/data/deletions', confirmed);
  for (const { done, total } of Object.values(deleted.progress)) expect(done).toBe(total);
  const left = await readEverything(system);
  expect(left.filter((text) => text.includes('canary-ada'))).toEqual([]);
  expect(left.filter((text) => text.includes('canary-ben')).toSorted()).toEqual(others.toSorted());
  const own = left.filter(
    (text) => text.includes(encodeURIComponent(ada.owner)) || text.includes(toSegment(ada.owner)),
  );
  const keys = own.map((text) => String((JSON.parse(text) as { sk?: string }).sk).split('#')[0]);
  expect(new Set(keys)).toEqual(new Set(['DELETION', 'LATEST_DATA_JOB', 'SPENDING']));
  expect(keys).toHaveLength(3);
  const after = await (await ada.as('/usage')).json();
  expect(after).toMatchObject({ today: spent.today, earlier: [] });
  for (const { url } of exported.downloads ?? []) expect((await fetch(url)).ok).toBe(false);
  expect((await ada.as(`/data/exports/${exported.export_id}`)).status).toBe(404);
});

test('tasks that begin while they are deleted leave nothing, and can be sent again', async () => {
  const send = async (at: number): Promise<string> => {
    const headers = { 'idempotency-key': `queued-${at}` };
    const response = await ben.as('/tasks', post({ prompt: `canary-queued ${at}` }, { headers }));
    return ((await response.json()) as { task_id: string }).task_id;
  };
  const all = Array.from({ length: 12 }, (_, at) => at);
  await Promise.all(all.map(send));
  await begin(ben, '/data/deletions', confirmed);
  const left = await readEverything(system);
  expect(left.filter((text) => text.includes('canary-queued'))).toEqual([]);
  const ids = await Promise.all(all.map(send));
  const states = async (): Promise<readonly string[]> =>
    Promise.all(
      ids.map(async (id) => ((await (await ben.as(`/tasks/${id}`)).json()) as JobJson).status),
    );
  const succeeded = all.map(() => 'succeeded');
  await expect.poll(states, { timeout: 30_000, interval: 200 }).toEqual(succeeded);
});

test('an export has one entry for a cached prompt, also if it was sent with a key', async () => {
  const asSigner: CallAs = (path, init) => system.signed('DataFunction', path.slice(1), init);
  const headers = { 'idempotency-key': 'cached-once' };
  const body = { prompt: 'canary-cached', cache: true, format: 'json' };
  expect((await system.signed('ChatFunction', 'chat', post(body, { headers }))).status).toBe(200);
  const { downloads = [] } = await begin({ as: asSigner, owner: '' }, '/data/exports', {});
  const json = await (
    await fetch(downloads.find(({ format }) => format === 'json')?.url ?? '')
  ).json();
  const { conversations } = json as { conversations: readonly { turns: readonly object[] }[] };
  expect(conversations.map(({ turns }) => turns.length)).toEqual([1]);
});

test('a caller who signs requests exports and deletes their own data, LangChain sessions included', async () => {
  const asSigner: CallAs = (path, init) => system.signed('DataFunction', path.slice(1), init);
  const signer = { as: asSigner, owner: '' };
  await system.signed('ChatFunction', 'chat', post({ message: 'canary-signer' }));
  const session = { session_id: 'canary-session', prompt: 'canary-signer' };
  expect((await system.signed('LangChainFunction', '', post(session))).status).toBe(200);
  const exported = await begin(signer, '/data/exports', {});
  expect(exported.progress['sessions']).toEqual({ done: 1, total: 1 });
  await begin(signer, '/data/deletions', confirmed);
  const left = await readEverything(system);
  expect(left.filter((text) => text.includes('canary-signer'))).toEqual([]);
});

test('the server of the page asks for the person, with their token beside its signature', async () => {
  const pages = new SignInPages(system.state, 'http://localhost:3000/chat');
  const { access_token: token = '' } = await pages.signIn('demo');
  await ada.as('/chat', post({ message: 'canary-person' }));
  const asPerson: CallAs = (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-streambed-token', token);
    return system.signed('DataFunction', path.slice(1), { ...init, headers });
  };
  await begin({ as: asPerson, owner: '' }, '/data/deletions', confirmed);
  expect((await readEverything(system)).filter((text) => text.includes('canary-person'))).toEqual(
    [],
  );
});

test('a turn that runs when a deletion begins is stopped, and leaves nothing', async () => {
  const words = Array.from({ length: 2_000 }, (_, index) => `canary-live${index}`).join(' ');
  const reader = await readStream((signal) =>
    ben.as('/chat/stream', post({ message: `Repeat: ${words}` }, { signal })),
  );
  await begin(ben, '/data/deletions', confirmed);
  await reader.ended;
  const left = await readEverything(system);
  expect(left.filter((text) => text.includes('canary-live'))).toEqual([]);
  const page = await ben.as(`/conversations/${reader.conversation}`);
  expect(page.status).toBe(404);
});

test('what belongs to others is refused in the words for what does not exist', async () => {
  const { deletion_id: id } = await begin(ben, '/data/deletions', confirmed);
  const unknown = '01990000-0000-7000-8000-000000000000';
  const read = async (as: CallAs, path: string): Promise<readonly unknown[]> => {
    const response = await as(path);
    const problem = (await response.json()) as { request_id: string };
    return [response.status, { ...problem, request_id: '' }];
  };
  const answers = [
    await read(ada.as, `/data/deletions/${id}`),
    await read(ada.as, `/data/deletions/${unknown}`),
    await read(system.api, `/data/deletions/${id}`),
  ];
  const detail = 'There is no such deletion.';
  expect(answers[0]).toEqual([404, expect.objectContaining({ detail })]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const refused = await ada.as('/data/deletions', post({ confirm: 'yes' }));
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { detail: 'confirm: must be "delete everything"' },
  ]);
});
