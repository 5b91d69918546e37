import { expect, test } from 'vitest';
import { decodeSse, encodeSseMessage, ssePing, type SseMessage } from '#protocol/http/sse.ts';
import { cutBytes, trickyTexts } from '#test/fixtures/cut-bytes.ts';

const messages: readonly SseMessage[] = trickyTexts.flatMap((text, index) => [
  { data: JSON.stringify({ text }), id: `t:${index}` },
  { data: JSON.stringify({ text }), event: 'error' },
]);

test('decoding returns what was encoded, however the bytes are split', async () => {
  const encoded = messages.map(encodeSseMessage).join(ssePing);
  for (let size = 1; size <= 40; size += 1) {
    expect(await Array.fromAsync(decodeSse(cutBytes(encoded, size)))).toEqual(messages);
  }
});

test('all three line endings of the standard are supported, even when split', async () => {
  const stream = 'data: a\r\ndata: b\r\n\r\ndata: c\r\rdata:d\n\n';
  for (let size = 1; size <= stream.length; size += 1) {
    const decoded = await Array.fromAsync(decodeSse(cutBytes(stream, size)));
    expect(decoded.map(({ data }) => data)).toEqual(['a\nb', 'c', 'd']);
  }
});

test('a message without a blank line after it is dropped', async () => {
  expect(await Array.fromAsync(decodeSse(cutBytes('data: a\n\ndata: b\n', 5)))).toEqual([
    { data: 'a' },
  ]);
});
