import { expect, test } from 'vitest';
import { readSentFiles, withFiles } from '#domain/conversation/attached-files.ts';
import { maxAttachmentBytes } from '#domain/conversation/attachment.ts';
import { assistantMessage, type Message } from '#domain/conversation/message.ts';
import { createMemoryAttachments } from '#test/doubles/memory-attachments.ts';
import { pngBytes, toFile } from '#test/fixtures/attached-files.ts';

const key = { owner: 'ada', conversationId: 'c1' };

function messageWith(text: string, ...files: readonly ReturnType<typeof toFile>[]): Message {
  const attachments = files.map(({ attachment }) => attachment);
  return { role: 'user', content: [...attachments, { type: 'text', text }] };
}

test('a model is shown the files of the question and of earlier messages, by number', async () => {
  const attachments = createMemoryAttachments();
  const [picture, report] = [toFile('cat.png', pngBytes), toFile('report.txt')];
  for (const file of [picture, report]) attachments.upload('ada', file);
  const history = [messageWith('Look', picture), assistantMessage('A cat.')];
  const messages = await withFiles(attachments, key, [...history, messageWith('And?', report)]);
  expect(messages[0]?.content).toEqual([
    { type: 'file', number: 1, format: 'png', bytes: picture.bytes },
    { type: 'text', text: 'Look' },
  ]);
  expect(messages[2]?.content[0]).toMatchObject({ type: 'file', number: 2, format: 'txt' });
  // Only those of the question: the conversation already keeps the others.
  expect(attachments.kept).toEqual([{ ...key, attachmentId: 'report.txt' }]);
});

test('a question whose file is gone fails, and an earlier file is only mentioned', async () => {
  const attachments = createMemoryAttachments();
  const lost = messageWith('Read', toFile('lost.txt'));
  await expect(withFiles(attachments, key, [lost])).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('lost.txt no longer exists') as unknown,
  });
  const later = await withFiles(attachments, key, [lost, messageWith('And?')]);
  expect(later[0]?.content[0]).toEqual({ type: 'text', text: '[File: lost.txt]\n' });
});

test('another owner has no such file', async () => {
  const attachments = createMemoryAttachments();
  const file = toFile('secret.txt');
  attachments.upload('ada', file);
  const stolen = { ...key, owner: 'eve' };
  await expect(withFiles(attachments, stolen, [messageWith('Read', file)])).rejects.toThrow(
    'no longer exists',
  );
  await expect(readSentFiles(attachments, stolen, ['secret.txt'])).rejects.toMatchObject({
    code: 'not_found',
    message: 'attachments.0: there is no such file, or it has not arrived yet',
  });
});

test('of many earlier files, the newest fit into a request, and none is in it twice', async () => {
  const attachments = createMemoryAttachments();
  const documents = Array.from({ length: 7 }, (_, at) => toFile(`d${at}.txt`));
  for (const file of documents) attachments.upload('ada', file);
  const turns = documents.map((file) => messageWith(file.attachment.name, file));
  const repeated = messageWith('Again', ...documents.slice(-1));
  const messages = await withFiles(attachments, key, [...turns, repeated]);
  const shown = messages.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'file' ? [block.number] : [])),
  );
  expect(shown).toEqual([1, 2, 3, 4, 5]);
  expect(messages.slice(0, 2).map(({ content }) => content[0])).toEqual([
    { type: 'text', text: '[File: d0.txt]\n' },
    { type: 'text', text: '[File: d1.txt]\n' },
  ]);
  // The file is where it was named last.
  expect(messages.at(-1)?.content[0]?.type).toBe('file');
  expect(messages.at(-2)?.content[0]?.type).toBe('text');
});

test('files of a request that no model would read are refused by field', async () => {
  const attachments = createMemoryAttachments();
  const large = (size: number): Uint8Array => new Uint8Array(size).fill(0x20);
  const files = {
    renamed: toFile('renamed.png', new TextEncoder().encode('%PDF-1.7')),
    empty: toFile('empty.txt', new Uint8Array()),
    large: toFile('large.txt', large(maxAttachmentBytes.document + 1)),
    fine: toFile('fine.txt'),
  };
  for (const file of Object.values(files)) attachments.upload('ada', file);
  const read = (...ids: readonly string[]): Promise<unknown> =>
    readSentFiles(attachments, key, ids);
  await expect(read('fine.txt', 'renamed.png')).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'attachments.1: renamed.png is not a png file',
  });
  await expect(read('empty.txt')).rejects.toThrow('attachments.0: empty.txt is empty');
  await expect(read('large.txt')).rejects.toThrow('large.txt must be at most 4.5 MB');
  const heavy = Array.from({ length: 4 }, (_, at) =>
    toFile(`heavy${at}.txt`, large(maxAttachmentBytes.document)),
  );
  for (const file of heavy) attachments.upload('ada', file);
  const ids = heavy.map(({ attachment }) => attachment.attachmentId);
  await expect(read(...ids)).rejects.toThrow('attachments: must be at most 17 MB together');
});
