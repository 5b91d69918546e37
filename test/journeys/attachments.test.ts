import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptFile, attachFile, pngBytes } from '#test/fixtures/attached-files.ts';
import { signedIn, type CallAs } from '#test/fixtures/signed-in.ts';
import { readEverything } from '#test/fixtures/stored-data.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { readJournal } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;
let ada: CallAs;
let ben: CallAs;

beforeAll(async () => {
  system = await startSystem();
  [ada, ben] = await Promise.all([signedIn(system, 'demo'), signedIn(system, 'guest')]);
});
afterAll(() => system.close());

interface Problem {
  readonly code: string;
  readonly detail: string;
}

interface Chat extends Problem {
  readonly conversation_id: string;
  readonly turn_id: string;
  readonly response: string;
}

interface Page {
  readonly turns: readonly (Chat & {
    readonly attachments?: readonly { readonly attachment_id: string }[];
  })[];
}

async function chat(as: CallAs, body: object): Promise<Chat & { readonly status: number }> {
  const response = await as('/chat', post(body));
  return { ...((await response.json()) as Chat), status: response.status };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a message is sent with files, which later turns see, and which go with the conversation', async () => {
  const notes = 'The harbour bridge was opened in 1932 by canary-ferry.';
  const [picture, text] = [
    await attachFile(ada, 'cat.png', pngBytes),
    await attachFile(ada, '橋 (draft).txt', encode(notes)),
  ];
  const attachments = [text, picture];
  const first = await chat(ada, { message: 'When was the bridge opened?', attachments });
  expect(first).toMatchObject({ status: 200 });
  expect(first.response).toContain('1932');

  const { conversation_id: id, turn_id: turnId } = first;
  const later = await chat(ada, { message: 'Who opened the bridge?', conversation_id: id });
  expect(later.response).toContain('canary-ferry');
  const again = await chat(ada, { conversation_id: id, regenerate_turn_id: turnId });
  expect(again.response).toContain('1932');

  const page = (await (await ada(`/conversations/${id}`)).json()) as Page;
  expect(page.turns.map((turn) => turn.attachments)).toEqual([
    [
      { attachment_id: text, name: '橋 (draft).txt', type: 'text/plain', size: notes.length },
      { attachment_id: picture, name: 'cat.png', type: 'image/png', size: pngBytes.length },
    ],
    undefined,
    expect.objectContaining({ length: 2 }),
  ]);

  const file = (await (await ada(`/attachments/${text}`)).json()) as { url: string };
  expect(file).toMatchObject({ attachment_id: text, type: 'text/plain', size: notes.length });
  const download = await fetch(file.url);
  expect(await download.text()).toBe(notes);
  expect(download.headers.get('content-disposition')).toBe(
    "attachment; filename*=UTF-8''%E6%A9%8B%20%28draft%29.txt",
  );

  expect((await ada(`/conversations/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await ada(`/attachments/${text}`)).status).toBe(404);
  const left = await readEverything(system);
  expect(left.filter((one) => one.includes('canary-ferry'))).toEqual([]);
});

test('files of others are as if they did not exist', async () => {
  const id = await attachFile(ada, 'secret.txt', encode('canary-secret'));
  const unknown = '01990000-0000-7000-8000-000000000000';
  const problemOf = async (response: Response): Promise<object> => {
    const { request_id: _, ...body } = (await response.json()) as { request_id: string };
    return { ...body, status: response.status };
  };
  const read = async (path: string) => problemOf(await ben(`/attachments/${path}`));
  expect(await read(id)).toMatchObject({ status: 404 });
  expect(await read(id)).toEqual(await read(unknown));
  const ask = async (attachment: string) =>
    problemOf(await ben('/chat', post({ message: 'Read', attachments: [attachment] })));
  expect(await ask(id)).toMatchObject({
    status: 404,
    detail: expect.stringContaining('attachments.0'),
  });
  expect(await ask(id)).toEqual(await ask(unknown));
});

test('an upload of another size, type or name than signed is refused, and none is replaced', async () => {
  const { upload } = await acceptFile(ada, 'a.png', pngBytes.length);
  const put = async (bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}) => {
    const init = { method: 'PUT', headers: { ...upload.headers, ...headers } };
    return (await fetch(upload.url, { ...init, body: Buffer.from(bytes) })).status;
  };
  expect(await put(new Uint8Array(pngBytes.length + 1))).toBe(403);
  expect(await put(pngBytes, { 'content-type': 'text/html' })).toBe(403);
  expect(await put(pngBytes, { 'x-amz-meta-name': 'a.html' })).toBe(403);
  expect(await put(pngBytes)).toBe(200);
  expect(await put(pngBytes)).toBe(412);
});

test('a request with a file that has not arrived, or is something else, begins nothing', async () => {
  const { attachment_id: missing } = await acceptFile(ada, 'late.pdf', 10);
  expect(await chat(ada, { message: 'Read', attachments: [missing] })).toMatchObject({
    code: 'not_found',
    detail: 'attachments.0: there is no such file, or it has not arrived yet',
  });
  const renamed = await attachFile(ada, 'renamed.png', encode('%PDF-1.7'));
  const fine = await attachFile(ada, 'fine.txt', encode('Fine.'));
  const calls = (await readJournal(system)).length;
  expect(await chat(ada, { message: 'Look', attachments: [fine, renamed] })).toMatchObject({
    code: 'invalid_request',
    detail: 'attachments.1: renamed.png is not a png file',
  });
  expect(await readJournal(system)).toHaveLength(calls);
});

test('a repeated request has the same files, and another file makes it another request', async () => {
  const [one, other] = [
    await attachFile(ada, 'one.txt', encode('One.')),
    await attachFile(ada, 'other.txt', encode('Other.')),
  ];
  const headers = { 'idempotency-key': 'files-1' };
  const send = async (attachments: readonly string[]) => {
    const response = await ada('/chat', post({ message: 'Read', attachments }, { headers }));
    return (await response.json()) as Chat & { readonly replayed?: true };
  };
  const first = await send([one]);
  expect(await send([one])).toMatchObject({ turn_id: first.turn_id, replayed: true });
  expect(await send([other])).toMatchObject({ code: 'idempotency_mismatch' });
});
