import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { startSystem } from '#test/fixtures/system.ts';

/** The ids in a data directory written by the first version, which was killed during an answer. */
const sample = {
  conversation: '01a22b0e-acb1-7c64-abd5-37f2f89a4a15',
  task: '01a22b0e-dd7a-7257-b2c9-56c70d90bfe7',
  document: '01a22b0e-de42-719a-bad0-236772353998',
  cutConversation: '01a22b0e-f45a-722b-9832-c95f34e58824',
};

async function unpackSample(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  for (const [name, bytes] of Object.entries(
    unzipSync(await readFile('test/fixtures/data-format-1.zip')),
  )) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

test('a data directory of the first version is upgraded with all its data', async () => {
  const data = await unpackSample();
  const system = await startSystem({ data });
  const read = async (path: string): Promise<unknown> => (await system.api(path)).json();
  try {
    expect(await read(`/conversations/${sample.conversation}`)).toMatchObject({
      title: 'My name is Ada',
      turns: [
        { message: 'My name is Ada', state: 'complete' },
        { state: 'complete', response: expect.stringContaining('**Ada**') },
      ],
    });
    expect(await read(`/tasks/${sample.task}`)).toMatchObject({
      status: 'succeeded',
      result: { response: expect.stringContaining('Each part can be understood') },
    });
    expect(await read(`/documents/${sample.document}`)).toMatchObject({
      status: 'succeeded',
      result: { summary: expect.stringContaining('1932'), parts: 1 },
    });
    // The lease of the interrupted turn has expired, so it is recovered with its maximum cost.
    expect(await read(`/conversations/${sample.cutConversation}`)).toMatchObject({
      turns: [
        {
          state: 'interrupted',
          response: expect.stringContaining('rivers'),
          cost_usd: expect.any(Number),
          cost_estimated: true,
        },
      ],
    });
    const next = { message: 'What is my name?', conversation_id: sample.conversation };
    const answer = await system.api('/chat', { method: 'POST', body: JSON.stringify(next) });
    expect(await answer.json()).toMatchObject({ response: expect.stringContaining('**Ada**') });
    const begun = await system.api('/data/exports', { method: 'POST', body: '{}' });
    const { export_id: id } = (await begun.json()) as { export_id: string };
    await expect
      .poll(() => read(`/data/exports/${id}`))
      .toMatchObject({
        status: 'complete',
        progress: { tasks: { done: 1 }, sessions: { done: 0 } },
      });
    expect(await readFile(join(data, 'version'), 'utf8')).toBe('3');
  } finally {
    await system.close();
  }
});

test('a data directory of a newer version is rejected', async () => {
  const data = await mkdtemp(join(tmpdir(), 'streambed-'));
  await writeFile(join(data, 'version'), '4');
  await expect(startSystem({ data })).rejects.toThrow('was written by a newer version (format 4)');
});
