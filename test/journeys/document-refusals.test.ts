import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '#local/process/clock.ts';
import { pdfOf, submitDocument, upload, waitForDocument } from '#test/fixtures/documents.ts';
import { cdkOutWith } from '#test/fixtures/changed-template.ts';
import { encodeText, encodeUtf16 } from '#test/fixtures/encode-text.ts';
import { inflatingTo, lineAt, pdfBytes } from '#test/fixtures/pdf-bytes.ts';
import { signedIn, type CallAs } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;
let demo: CallAs;

beforeAll(async () => {
  system = await startSystem({ clock: realClock });
  demo = await signedIn(system, 'demo');
});
afterAll(() => system.close());

const failureOf = async (name: string, bytes: Uint8Array): Promise<string | undefined> => {
  const { status, error } = await upload(demo, name, bytes);
  expect(status).toBe('failed');
  return error?.detail;
};

test('an unreadable document fails with a clear error message', async () => {
  const empty = await PDFDocument.create();
  empty.addPage();
  const text = new TextEncoder();
  expect(await failureOf('broken.pdf', text.encode('not a PDF'))).toContain(
    'damaged, or not a PDF',
  );
  expect(await failureOf('cut.pdf', (await pdfOf(3)).slice(0, 200))).toContain(
    'damaged, or not a PDF',
  );
  expect(await failureOf('scan.pdf', await empty.save())).toContain('has no text');
  expect(await failureOf('empty.txt', text.encode('   '))).toContain('has no text');
  expect(await failureOf('nothing.pdf', new Uint8Array())).toBe('The document is empty.');
  expect(await failureOf('zeros.txt', new Uint8Array(300))).toContain('is a binary file');
  expect(await failureOf('photo.md', Buffer.from('89504e470d0a1a0a0000000d', 'hex'))).toContain(
    'is a binary file',
  );
  expect(await failureOf('latin.txt', new Uint8Array([0xe4, 0xf6, 0xfc, 0xff]))).toContain(
    'not UTF-8',
  );
});

test('a PDF that needs too much memory is too large, and read only once', async () => {
  const bomb = pdfBytes({ streams: [inflatingTo(1_500)] });
  const { document_id: id, error } = await upload(demo, 'bomb.pdf', bomb);
  expect(error).toEqual({
    code: 'too_large',
    detail: expect.stringContaining('Split it'),
    reason: 'too_complex',
  });
  const pages = pdfBytes({ streams: [lineAt(20, 700, 'page')], pages: 20_000 });
  expect(await upload(demo, 'pages.pdf', pages)).toMatchObject({
    status: 'failed',
    error: { code: 'too_large', detail: expect.stringContaining('5,000 pages') },
  });
  const events = await historyOf(id);
  expect(events.filter(({ type }) => type === 'LambdaFunctionScheduled')).toHaveLength(2);
}, 120_000);

test('a document whose extraction is killed at its timeout is too large', async () => {
  const template = await cdkOutWith('ExtractTextFunction', (properties) => {
    properties.Timeout = 2;
  });
  const hasty = await startSystem({ clock: realClock, template });
  try {
    const pages = pdfBytes({ streams: [lineAt(20, 700, 'text').repeat(1_000)], pages: 2_000 });
    const { document_id: id, error } = await upload(await signedIn(hasty, 'demo'), 'a.pdf', pages);
    expect(error).toEqual({
      code: 'too_large',
      detail: expect.stringContaining('Split it'),
      reason: 'too_complex',
    });
    const events = await historyOf(id, hasty);
    const failed = events.flatMap(({ lambdaFunctionFailedEventDetails: failure }) =>
      failure === undefined ? [] : [failure.error],
    );
    expect(failed).toEqual(['Sandbox.Timedout']);
  } finally {
    await hasty.close();
  }
}, 60_000);

/** Returns the events of a document's execution. */
async function historyOf(id: string, { state } = system): Promise<readonly HistoryEvent[]> {
  const { endpoints, region, credentials, stateMachines } = state;
  const sfn = new SFNClient({ endpoint: endpoints.aws, region, credentials });
  const stateMachineArn = stateMachines['DocumentPipeline'];
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
  const executionArn = executions.find(({ name }) => name?.startsWith(id))?.executionArn;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events;
}

test.each([
  ['Shift_JIS', encodeText('shift_jis', '港の橋は一九三二年に開通した。')],
  ['EUC-JP', encodeText('euc-jp', '港の橋は一九三二年に開通した。')],
  ['UTF-16', encodeUtf16('\u{FEFF}港の橋は一九三二年に開通した。', 'be')],
  ['UTF-16 without a mark', encodeUtf16('港の橋は一九三二年に開通した。', 'le')],
])('a text in %s is summarized', async (_, bytes) => {
  const { status, result } = await upload(demo, 'notes.txt', bytes);
  expect([status, result?.['summary']]).toEqual(['succeeded', expect.stringContaining('港の橋')]);
});

test('an upload of unknown size that is too large is deleted', async () => {
  const {
    document_id: id,
    status,
    error,
  } = await upload(demo, 'huge.txt', new Uint8Array(26_300_000));
  expect([status, error]).toEqual([
    'failed',
    {
      code: 'too_large',
      detail: 'The document must be at most 25 MB.',
      reason: 'file_too_large',
    },
  ]);
  const { endpoints, region, credentials, buckets } = system.state;
  const s3 = new S3Client({ endpoint: endpoints.aws, region, credentials, forcePathStyle: true });
  const list = new ListObjectsV2Command({ Bucket: buckets['Documents'] });
  const names = ((await s3.send(list)).Contents ?? []).map(({ Key }) => Key);
  expect(names.filter((name) => name?.includes(id) === true)).toEqual([]);
});

test('usage counts the highest possible cost of a failed document', async () => {
  const guest = await signedIn(system, 'guest');
  // Three parts in parallel: the first call is rejected while the others wait.
  await setScenario(system, { fail: { type: 'ValidationException', times: 1 } });
  const text = 'The harbour bridge was opened in 1932. '.repeat(4_000);
  const { document_id: id } = await submitDocument(guest, '/documents', { text });
  expect((await waitForDocument(guest, `/documents/${id}`)).status).toBe('failed');
  const { today } = (await (await guest('/usage')).json()) as { today: { tokens: number } };
  expect(today.tokens).toBeGreaterThan(30_000);
  await setScenario(system, {});
});

test('an upload of another size or type than requested is rejected', async () => {
  const { upload: target } = await submitDocument(demo, '/documents', { name: 'a.txt', size: 5 });
  const { url = '', headers = {} } = target ?? {};
  const put = (body: string, more: Record<string, string> = {}): Promise<Response> =>
    fetch(url, { method: 'PUT', body, headers: { ...headers, ...more } });
  expect((await put('larger than five')).status).toBe(403);
  expect((await put('12345', { 'content-type': 'text/html' })).status).toBe(403);
  expect((await put('12345', { 'if-none-match': '"x"' })).status).toBe(403);
  expect((await put('12345')).status).toBe(200);
});

test('an upload URL stores one file and never replaces it', async () => {
  const init = { headers: { 'idempotency-key': 'upload-once' } };
  const submit = (): ReturnType<typeof submitDocument> =>
    submitDocument(demo, '/documents', { name: 'a.txt' }, init);
  const [{ document_id: id, upload: target }, { upload: other }] = [await submit(), await submit()];
  const { url = '', headers = {} } = target ?? {};
  const put = (body: string, to: string, sent: Record<string, string>): Promise<Response> =>
    fetch(to, { method: 'PUT', body, headers: sent });
  expect((await put('The bridge was opened in 1932.', url, headers)).status).toBe(200);
  const isRefused = async (): Promise<void> => {
    for (const to of [url, other?.url ?? '']) {
      const again = await put('The bridge was opened in 1933.', to, headers);
      expect([again.status, await again.text()]).toEqual([
        412,
        expect.stringContaining('<Code>PreconditionFailed</Code>'),
      ]);
    }
  };
  await isRefused();
  const { 'if-none-match': _, ...unconditional } = headers;
  expect((await put('x', url, unconditional)).status).toBe(403);
  const { status, result } = await waitForDocument(demo, `/documents/${id}`);
  expect([status, result?.['summary']]).toEqual(['succeeded', expect.stringContaining('1932')]);
  await isRefused();
});

test.each([
  ['/documents', {}, 'text: is required, or name for an upload'],
  ['/documents', { text: ' ' }, 'text: must not be blank'],
  ['/documents', { text: 'x', name: 'a.txt' }, 'name: cannot be set together with text'],
  ['/documents', { name: 'report.docx' }, 'name: must end with one of .pdf, .html, .md, .txt'],
  ['/documents', { name: '../../etc/passwd.txt' }, 'name: must be a file name'],
  ['/documents', { name: 'a.pdf', size: 26_214_401 }, 'size: must be a whole number from 1 to'],
  ['/documents', { name: 'a.pdf', size: 0 }, 'size: must be a whole number from 1 to'],
  ['/analyses', {}, 'text: is required'],
  ['/analyses', { text: 1 }, 'text: must be a string'],
  ['/analyses', { text: 'x', model: 'y' }, 'model: is not a field of this request'],
])('%s with %j is rejected with an error that names the field', async (path, body, detail) => {
  const answer = await demo(path, post(body));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});
