import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { messageChunks } from './message-chunks.ts';

test('every chunk is yielded, however many have arrived together', async () => {
  const chunks = Array.from({ length: 100 }, (_, index) => Buffer.from(`${index},`));
  const stream = new PassThrough();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  const seen = await Array.fromAsync(messageChunks(stream));
  expect(Buffer.concat(seen)).toEqual(Buffer.concat(chunks));
});

test('a sender waits for a reader that does not read', async () => {
  let sent = 0;
  const stream = new Readable({
    highWaterMark: 2,
    read() {
      sent += 1;
      this.push(sent > 1_000 ? null : Buffer.alloc(1));
    },
  });
  const chunks = messageChunks(stream);
  await chunks.next();
  await new Promise(setImmediate);
  expect(sent).toBeLessThan(50);
  let read = 1;
  for await (const chunk of chunks) read += chunk.length;
  expect(read).toBe(1_000);
});

test('a message that is cut off throws after what has arrived', async () => {
  const stream = new PassThrough();
  stream.write('a');
  const chunks = messageChunks(stream);
  expect((await chunks.next()).value?.toString()).toBe('a');
  stream.destroy();
  await expect(chunks.next()).rejects.toThrow('cut off');
  await expect(messageChunks(stream).next()).rejects.toThrow('cut off');
});

test('what a reader leaves stays in the stream', async () => {
  const stream = new PassThrough();
  stream.write('a');
  for await (const chunk of messageChunks(stream)) {
    expect(chunk.toString()).toBe('a');
    break;
  }
  stream.end('b');
  expect(Buffer.concat(await Array.fromAsync(messageChunks(stream))).toString()).toBe('b');
});
