import { expect, test } from 'vitest';
import { decodeSse, encodeSseMessage, ssePing, type SseMessage } from '#protocol/http/sse.ts';
import { cutBytes, trickyTexts } from '#test/fixtures/cut-bytes.ts';

const messages: readonly SseMessage[] = trickyTexts.flatMap((text, index) => [
  { data: JSON.stringify({ text }), id: `t:${index}` },
  { data: JSON.stringify({ text }), event: 'error' },
]);

test('what is encoded is what is decoded, however the bytes are cut', async () => {
  const encoded = messages.map(encodeSseMessage).join(ssePing);
  for (let size = 1; size <= 40; size += 1) {
    expect(await Array.fromAsync(decodeSse(cutBytes(encoded, size)))).toEqual(messages);
  }
});

test('all three line ends of the standard are understood, cut in the middle too', async () => {
  const stream = 'data: a\r\ndata: b\r\n\r\ndata: c\r\rdata:d\n\n';
  for (let size = 1; size <= stream.length; size += 1) {
    const decoded = await Array.fromAsync(decodeSse(cutBytes(stream, size)));
    expect(decoded.map(({ data }) => data)).toEqual(['a\nb', 'c', 'd']);
  }
});

test('a message that is not closed is dropped', async () => {
  expect(await Array.fromAsync(decodeSse(cutBytes('data: a\n\ndata: b\n', 5)))).toEqual([
    { data: 'a' },
  ]);
});
