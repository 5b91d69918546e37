import { randomBytes } from 'node:crypto';
import type { Message } from '@aws-sdk/client-bedrock-runtime';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { askConverse, askNative, distinct } from '#test/fixtures/bedrock-routes.ts';
import { llama } from '#test/fixtures/model-requests.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const qwen = 'qwen.qwen3-32b-v1:0';
const toolConfig = {
  tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }],
};
const use = (input: unknown = {}): object => ({
  toolUse: { toolUseId: 't1', name: 'look', input },
});
const result = (...content: readonly object[]): object => ({
  toolResult: { toolUseId: 't1', content },
});
const conversation = (uses: readonly object[], results: readonly object[]): object => ({
  toolConfig,
  messages: [
    { role: 'user', content: [{ text: 'Hello there' }] },
    { role: 'assistant', content: uses },
    { role: 'user', content: results },
  ],
});

describe('documents', () => {
  const document = (name: string, text = name): object => ({
    document: { name, format: 'txt', source: { bytes: Buffer.from(text).toString('base64') } },
  });
  const withDocuments = (...content: readonly object[]): object => ({
    messages: [{ role: 'user', content: [{ text: 'Sum up' }, ...content] }],
  });
  const invalidName =
    '400 The document file name can only contain alphanumeric characters, whitespace characters, ' +
    "hyphens, parentheses, and square brackets. The name can't contain more than one consecutive " +
    'whitespace character. Check that the file name conforms to these restrictions and retry your request.';
  const twice =
    "400 Messages can't contain duplicate document names. Rename the document and retry your request.";

  test.each([
    ['my_report'],
    ['my__report'],
    ['Report (2)'],
    ['report[1]-final'],
    [' report '],
    ['123'],
    ['a'.repeat(200)],
  ])('the name %j is taken', async (name) => {
    for (const model of [haiku, novaLite, qwen]) {
      expect(
        distinct(await askConverse(bedrock, { ...withDocuments(document(name)) }, model)),
      ).toEqual(['200']);
    }
  });

  test.each([
    ['報告書'],
    ['résumé'],
    ['test　name'],
    ['test\tname'],
    ['test\nname'],
    ['a  b'],
    ['report.pdf'],
    ["John's report"],
    ['a/b'],
    ['invoice #123'],
    ['ｒｅｐｏｒｔ'],
  ])('the name %j is refused', async (name) => {
    for (const model of [haiku, novaLite, qwen]) {
      expect(
        distinct(await askConverse(bedrock, { ...withDocuments(document(name)) }, model)),
      ).toEqual([invalidName]);
    }
    const nested = conversation([use()], [result(document(name))]);
    expect(distinct(await askConverse(bedrock, { ...nested }))).toEqual([invalidName]);
  });

  test('a name of more than 200 characters is refused by its shape', async () => {
    const [answer] = await askConverse(bedrock, { ...withDocuments(document('a'.repeat(201))) });
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining('200') });
  });

  test('a name occurs once in all messages and tool results', async () => {
    const inOne = withDocuments(document('report', 'a'), document('report', 'b'));
    expect(distinct(await askConverse(bedrock, { ...inOne }))).toEqual([twice]);
    const messages = [
      { role: 'user', content: [{ text: 'Sum up' }, document('report')] },
      { role: 'assistant', content: [{ text: 'Done' }] },
      { role: 'user', content: [{ text: 'And this' }, document('report')] },
    ];
    expect(distinct(await askConverse(bedrock, { messages }, novaLite))).toEqual([twice]);
    const inResults = conversation(
      [use()],
      [result(document('report')), { text: 'Hm' }, document('report')],
    );
    expect(distinct(await askConverse(bedrock, { ...inResults }))).toEqual([twice]);
    const others = conversation(
      [use()],
      [result(document('report')), { text: 'Hm' }, document('Report 2')],
    );
    expect(distinct(await askConverse(bedrock, { ...others }))).toEqual(['200']);
  });

  test('a request holds five documents, wherever they are', async () => {
    const five = [1, 2, 3, 4, 5].map((number) => document(`File ${number}`));
    expect(distinct(await askConverse(bedrock, { ...withDocuments(...five) }))).toEqual(['200']);
    const sixth = {
      messages: [
        { role: 'user', content: [{ text: 'Sum up' }, ...five] },
        { role: 'assistant', content: [{ text: 'Done' }] },
        { role: 'user', content: [{ text: 'And this' }, document('File 6')] },
      ],
    };
    expect(distinct(await askConverse(bedrock, sixth))).toEqual([
      "400 You can't include more than 5 documents in a request.",
    ]);
  });

  test('a large PDF is taken by Claude, and another large document by none', async () => {
    const megabytes = randomBytes(5 * 1024 * 1024);
    const pdf = await PDFDocument.create();
    pdf.addPage().drawText('The bridge was opened in 1932.');
    await pdf.attach(megabytes, 'padding.bin');
    const asked = (format: 'pdf' | 'txt', bytes: Uint8Array): Message[] => [
      {
        role: 'user',
        content: [{ text: 'Hi' }, { document: { name: 'a', format, source: { bytes } } }],
      },
    ];
    const plan = asked('pdf', await pdf.save());
    expect((await bedrock.ask({ messages: plan })).stopReason).toBe('end_turn');
    const tooLarge = 'The document exceeds the maximum size of 4.5 MB.';
    await expect(bedrock.ask({ messages: plan, modelId: qwen })).rejects.toThrow(tooLarge);
    await expect(bedrock.ask({ messages: asked('txt', megabytes) })).rejects.toThrow(tooLarge);
  });

  test('a document needs text beside it, but not inside the result of a tool', async () => {
    const alone = { messages: [{ role: 'user', content: [document('report')] }] };
    expect(distinct(await askConverse(bedrock, alone, novaLite))).toEqual([
      '400 A text block must be included when using documents. Add a text block and retry your request.',
    ]);
    const nested = conversation([use()], [result(document('report'))]);
    expect(distinct(await askConverse(bedrock, { ...nested }))).toEqual(['200']);
  });
});

describe('JSON values', () => {
  const refused = (path: string): string =>
    `400 The format of the value at ${path} is invalid. Provide a json object for the field and try again.`;

  test.each([[[1, 2]], [[]], ['text'], [5], [true]])(
    'a tool result of %j is refused',
    async (json) => {
      for (const model of [haiku, novaLite, qwen]) {
        const first = conversation([use()], [result({ json })]);
        expect(distinct(await askConverse(bedrock, { ...first }, model))).toEqual([
          refused('messages.2.content.0.toolResult.content.0.json'),
        ]);
      }
      const later = conversation([use()], [{ text: 'Here' }, result({ text: 'a' }, { json })]);
      expect(distinct(await askConverse(bedrock, { ...later }))).toEqual([
        refused('messages.2.content.1.toolResult.content.1.json'),
      ]);
    },
  );

  test('an empty object and nested lists are taken, and null is refused', async () => {
    for (const json of [{}, { list: [1, [2]] }]) {
      const body = conversation([use()], [result({ json })]);
      expect(distinct(await askConverse(bedrock, { ...body }))).toEqual(['200']);
    }
    const nothing = conversation([use()], [result({ json: null })]);
    expect((await askConverse(bedrock, { ...nothing })).map(({ status }) => status)).toEqual([
      400, 400, 400,
    ]);
  });

  test('so is the input of a tool use, and Nova has its own words in its own format', async () => {
    const text = conversation([use('Berlin')], [result({ text: 'ok' })]);
    expect(distinct(await askConverse(bedrock, { ...text }))).toEqual([
      refused('messages.1.content.0.toolUse.input'),
    ]);
    const list = conversation([use()], [result({ json: [1] })]);
    expect(distinct(await askNative(bedrock, { ...list }, novaLite))).toEqual([
      '400 Malformed input request: #/messages/2/content/0/toolResult/content/0/json: expected type: JSONObject, found: JSONArray, please reformat your input and try again.',
    ]);
  });
});

describe('text beside tools', () => {
  test('Llama takes no text beside tool uses or their results', async () => {
    const beside = conversation([{ text: 'I look' }, use()], [result({ text: 'ok' })]);
    expect(distinct(await askConverse(bedrock, { ...beside }, llama)).at(0)).toBe(
      '400 messages.1.content: Conversation blocks and tool use blocks cannot be provided in the same turn.',
    );
    const behind = conversation([use()], [result({ text: 'ok' }), { text: 'Go on' }]);
    expect(
      distinct(
        await askConverse(bedrock, { ...behind }, 'us.meta.llama4-maverick-17b-instruct-v1:0'),
      ).at(0),
    ).toBe(
      '400 messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
    );
  });

  test('Claude, Nova and Qwen take both, and Llama takes tools alone', async () => {
    const both = conversation(
      [{ text: 'I look' }, use()],
      [result({ text: 'ok' }), { text: 'Go on' }],
    );
    for (const model of [haiku, novaLite, qwen]) {
      expect(distinct(await askConverse(bedrock, { ...both }, model))).toEqual(['200']);
    }
    const alone = conversation([use()], [result({ text: 'ok' })]);
    const [whole] = await askConverse(bedrock, { ...alone }, llama);
    expect(whole?.status).toBe(200);
  });
});
