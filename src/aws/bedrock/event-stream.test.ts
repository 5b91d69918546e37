import { array, assert, asyncProperty, integer, string } from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrames, type Frame } from '#aws/bedrock/event-stream.ts';
import { encodeFrame, eventFrame } from '#local/wire/event-stream.ts';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn += 1) {
    const end = start + (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function decode(bytes: Buffer, sizes: readonly number[] = [bytes.length]): Promise<Frame[]> {
  const decoded: Frame[] = [];
  for await (const frames of decodeFrames(cut(bytes, sizes))) decoded.push(...frames);
  return decoded;
}

test('encoded frames are decoded unchanged, however the bytes are cut', async () => {
  const texts = array(string({ unit: 'binary', maxLength: 60 }), { maxLength: 6 });
  const sizes = array(integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
  await assert(
    asyncProperty(texts, sizes, async (payloads, pieces) => {
      const encoded = Buffer.concat(payloads.map((text) => eventFrame('e', JSON.stringify(text))));
      const decoded = (await decode(encoded, pieces)).map(({ payload }) => payload);
      expect(decoded).toEqual(payloads.map((text) => JSON.stringify(text)));
    }),
    { numRuns: 50 },
  );
});

test('headers are read by name', async () => {
  const [frame] = await decode(encodeFrame({ ':event-type': 'chunk', x: 'ü' }, Buffer.alloc(0)));
  expect([...(frame?.headers ?? [])]).toEqual([
    [':event-type', 'chunk'],
    ['x', 'ü'],
  ]);
});

test('a stream that ends within a message is an error', async () => {
  const whole = eventFrame('e', '{}');
  for (let length = 1; length < whole.length; length += 1) {
    await expect(decode(whole.subarray(0, length))).rejects.toThrow('ended within a message');
  }
});

test('every flipped bit is detected', async () => {
  const whole = eventFrame('e', '{"p":"abc"}');
  for (let at = 0; at < whole.length; at += 1) {
    const broken = Buffer.from(whole);
    broken.writeUInt8(broken.readUInt8(at) ^ 1, at);
    await expect(decode(broken)).rejects.toThrow(/wrong checksum|ended within/u);
  }
});
