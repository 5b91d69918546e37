import { deflateSync } from 'node:zlib';
import { type Message } from '@aws-sdk/client-bedrock-runtime';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBedrock, textOf, user, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

/** A PNG of one colour. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const pixels = deflateSync(Buffer.alloc(16));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', size),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('images and documents', () => {
  test('the input tokens of an image depend on its pixels', async () => {
    const withImage = async (width: number): Promise<number> => {
      const image = { format: 'png' as const, source: { bytes: png(width, 750) } };
      const { usage } = await bedrock.ask({
        messages: [{ role: 'user', content: [{ image }, { text: 'What is this?' }] }],
      });
      return usage?.inputTokens ?? 0;
    };
    expect((await withImage(1_000)) - (await withImage(500))).toBe(500);
  });

  test('an image in another format or for a model without images is refused', async () => {
    const image = { format: 'jpeg' as const, source: { bytes: png(10, 10) } };
    await expect(
      bedrock.ask({ messages: [{ role: 'user', content: [{ image }, { text: 'Hi' }] }] }),
    ).rejects.toThrow('Could not process image');
    await expect(
      bedrock.ask({
        modelId: 'qwen.qwen3-32b-v1:0',
        messages: [{ role: 'user', content: [{ image }, { text: 'Hi' }] }],
      }),
    ).rejects.toThrow("doesn't support the image content block");
  });

  test('the answer to a question about a PDF cites its place in the document', async () => {
    const pdf = await PDFDocument.create();
    pdf.addPage().drawText('The bridge was opened in 1932. It is made of steel.');
    const document = {
      name: 'bridge',
      format: 'pdf' as const,
      source: { bytes: await pdf.save() },
      citations: { enabled: true },
    };
    const answer = await bedrock.ask({
      messages: [
        { role: 'user', content: [{ document }, { text: 'When was the bridge opened?' }] },
      ],
    });
    const cited = answer.output?.message?.content?.find(
      (block) => block.citationsContent !== undefined,
    );
    expect(cited?.citationsContent?.content?.[0]?.text).toContain('opened in 1932');
    expect(cited?.citationsContent?.citations?.[0]).toMatchObject({
      title: 'bridge',
      sourceContent: [{ text: expect.stringContaining('1932') }],
      location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
    });
  });

  test('citations are streamed as deltas', async () => {
    const document = {
      name: 'notes',
      format: 'md' as const,
      source: {
        bytes: Buffer.from(
          '# Tea\n\nGreen tea is brewed at 70 degrees. Black tea is brewed at 95 degrees.',
        ),
      },
      citations: { enabled: true },
    };
    const messages: Message[] = [
      { role: 'user', content: [{ document }, { text: 'How is green tea brewed?' }] },
    ];
    const events = await bedrock.stream({ messages });
    const citations = events.flatMap(
      ({ contentBlockDelta }) => contentBlockDelta?.delta?.citation ?? [],
    );
    expect(citations[0]?.sourceContent?.[0]?.text).toContain('70 degrees');
  });

  test('a document without text beside it and an unreadable document are refused', async () => {
    const document = {
      name: 'a',
      format: 'pdf' as const,
      source: { bytes: Buffer.from('no pdf') },
    };
    await expect(
      bedrock.ask({ messages: [{ role: 'user', content: [{ document }] }] }),
    ).rejects.toThrow('A text block must be included when using documents');
    await expect(
      bedrock.ask({ messages: [{ role: 'user', content: [{ document }, { text: 'Hi' }] }] }),
    ).rejects.toThrow('could not be read');
  });
});

describe('simulated text tasks', () => {
  const review =
    'The hotel was wonderful and the staff were friendly. Breakfast was excellent every morning. The hotel pool was closed one day.';
  const japanese =
    'このホテルは素晴らしかったです。スタッフも親切で、朝食がとても美味しかったです。また利用したいホテルです。';

  test.each([
    [
      'a positive English review has a positive sentiment',
      `What is the sentiment of this review?\n${review}`,
      /\*\*positive\*\*/u,
    ],
    [
      'a positive Japanese review has a positive sentiment',
      `次の文章の感情を分析してください。\n${japanese}`,
      /肯定的/u,
    ],
    [
      'a negative review has a negative sentiment',
      'Sentiment:\nThe delivery was late, the box was broken and nobody helped. Terrible.',
      /\*\*negative\*\*/u,
    ],
    ['key phrases are extracted', `List the keywords:\n${review}`, /- hotel/u],
    [
      'key phrases are extracted from Japanese text',
      `キーワードを抽出してください：\n${japanese}`,
      /ホテル/u,
    ],
    ['text is summarized', `Summarize: ${review}`, /- .*hotel/iu],
    ['Japanese text is summarized', `要約してください：${japanese}`, /要点[^]*ホテル/u],
  ])('%s', async (_, text, expected) => {
    expect(textOf(await bedrock.ask({ messages: [user(text)] }))).toMatch(expected);
  });

  test('the answer is JSON if the system prompt requires JSON', async () => {
    const system = [
      { text: 'Extract the keywords and the sentiment of the text. Answer with JSON only.' },
    ];
    const value: unknown = JSON.parse(
      textOf(await bedrock.ask({ messages: [user(review)], system })),
    );
    expect(value).toMatchObject({
      sentiment: 'positive',
      keywords: expect.arrayContaining(['hotel']),
    });
  });
});
