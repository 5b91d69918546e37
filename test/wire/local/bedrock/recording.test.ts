import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRecorder } from '#local/bedrock/recording/record.ts';
import { createReplayer, type ReplayOptions } from '#local/bedrock/recording/replay.ts';
import {
  credentials,
  novaLite,
  startBedrock,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';

function recordingOf(from: RunningBedrock, folder: string): Promise<RunningBedrock> {
  const options = { folder, endpoint: from.url, region: 'us-east-1', credentials };
  return startBedrock({ tape: createRecorder(options) });
}

async function replayOf(options: ReplayOptions): Promise<RunningBedrock> {
  return startBedrock({ tape: await createReplayer(options) });
}

describe('record and replay', () => {
  let real: RunningBedrock;
  let folder: string;

  beforeAll(async () => {
    real = await startBedrock({ pace: { ttftMs: 40, tokensPerSecond: 500, jitter: 0 } });
    folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  });

  afterEach(() => real.journal.clear());
  afterAll(() => real.close());

  const path =
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream';
  const body = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
  const bytesOf = async (answer: Promise<Response>): Promise<Buffer> =>
    Buffer.from(await (await answer).arrayBuffer());

  test('a recording is replayed byte for byte without the recorded endpoint', async () => {
    const recording = await recordingOf(real, folder);
    const recorded = await bytesOf(recording.post(path, body));
    await recording.close();
    expect(recorded.equals(await bytesOf(real.post(path, body)))).toBe(true);
    expect(real.journal.entries()[0]?.identity).toMatchObject({ type: 'sigv4' });
    const replaying = await replayOf({ folder, match: 'exact', miss: 'fail', speed: 0 });
    expect((await bytesOf(replaying.post(path, body))).equals(recorded)).toBe(true);
    const other = { messages: [{ role: 'user', content: [{ text: 'Other' }] }] };
    const missed = await replaying.post(path, other);
    expect([missed.status, missed.headers.get('x-amzn-errortype')]).toEqual([
      424,
      expect.stringContaining('ModelErrorException'),
    ]);
    await replaying.close();
  });

  test('a recording has no credentials, account ID or request ID', async () => {
    const [name = ''] = await readdir(folder);
    const text = await readFile(join(folder, name), 'utf8');
    expect(text).not.toMatch(/123456789012|authorization|AWS4-HMAC|requestid/iu);
    expect(JSON.parse(text)).toMatchObject({
      operation: 'ConverseStream',
      status: 200,
      modelId: expect.stringContaining(':000000000000:'),
    });
  });

  test('structural matching compares messages and ignores inference settings', async () => {
    const replaying = await replayOf({ folder, match: 'structural', miss: 'simulate', speed: 0 });
    const changed = { ...body, inferenceConfig: { temperature: 0.1 } };
    const same = await bytesOf(replaying.post(path, changed));
    expect(same.equals(await bytesOf(real.post(path, body)))).toBe(true);
    const other = { messages: [{ role: 'user', content: [{ text: 'Tell me about rivers' }] }] };
    expect((await bytesOf(replaying.post(path, other))).toString('latin1')).toContain('rivers');
    await replaying.close();
  });

  test('a folder with missing or invalid recordings is refused', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'streambed-'));
    const options = { match: 'exact', miss: 'fail', speed: 0 } as const;
    await expect(createReplayer({ ...options, folder: empty })).rejects.toThrow(
      'there are no recordings',
    );
    await writeFile(join(empty, 'a.json'), '{"operation":"Converse"}');
    await expect(createReplayer({ ...options, folder: empty })).rejects.toThrow(
      'a.json.modelId: is required',
    );
  });

  test('a failed request is passed on and does not replace a recorded response', async () => {
    const recording = await recordingOf(real, folder);
    const off = real.on({ fail: { type: 'ThrottlingException' } });
    const failed = await recording.post(path, body);
    off();
    expect(failed.status).toBe(429);
    expect(recording.journal.entries()[0]).toMatchObject({ status: 429, outcome: 'refused' });
    await recording.close();
    const replaying = await replayOf({ folder, match: 'exact', miss: 'fail', speed: 0 });
    expect((await replaying.post(path, body)).status).toBe(200);
    await replaying.close();
  });

  test('guardrail headers are forwarded and are part of the match', async () => {
    const guarded = {
      'x-amzn-bedrock-guardrailidentifier': 'missing',
      'x-amzn-bedrock-guardrailversion': '1',
    };
    const native = {
      anthropic_version: 'v',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi' }],
    };
    const recording = await recordingOf(real, folder);
    const invoke = '/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/invoke';
    const recorded = await recording.post(invoke, native);
    // An answer is recorded before it ends.
    await recorded.text();
    expect(recorded.status).toBe(200);
    const refused = await recording.post(invoke, native, guarded);
    expect(await refused.json()).toMatchObject({ message: expect.stringContaining('guardrail') });
    await recording.close();
    const replaying = await replayOf({ folder, match: 'structural', miss: 'fail', speed: 0 });
    expect((await replaying.post(invoke, { ...native, max_tokens: 60 })).status).toBe(200);
    expect((await replaying.post(invoke, native, guarded)).status).toBe(424);
    const other = { ...native, messages: [{ role: 'user', content: 'Other' }] };
    expect((await replaying.post(invoke, other)).status).toBe(424);
    await replaying.close();
  });
});

test('an answer that cannot be recorded still reaches the client', async () => {
  const real = await startBedrock();
  const file = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'a-file');
  await writeFile(file, '');
  const lines: unknown[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => lines.push(line));
  const recording = await recordingOf(real, join(file, 'folder'));
  const answer = await recording.post(`/model/${novaLite}/converse`, { messages: [user('Hi')] });
  expect(await answer.json()).toMatchObject({ stopReason: 'end_turn' });
  expect(lines).toEqual([expect.stringMatching(/^! An answer was not recorded: ENOTDIR/u)]);
  vi.restoreAllMocks();
  await recording.close();
  await real.close();
});
