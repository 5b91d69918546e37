import type { CitationLocation, ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const citations = { enabled: true };
const question = 'When was the bridge opened?';
const facts = [
  'The river is long and has many ferries.',
  'The bridge was opened in 1932. It is made of steel.',
  'The town has a market.',
] as const;

async function pdf(): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  for (const fact of facts) document.addPage().drawText(fact);
  return document.save();
}

interface Case {
  readonly converse: ContentBlock;
  readonly native: object;
  readonly location: CitationLocation;
  readonly nativeLocation: object;
}

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  'a PDF is cited by pages, which count from 1': async () => {
    const bytes = await pdf();
    const data = Buffer.from(bytes).toString('base64');
    return {
      converse: { document: { name: 'bridge', format: 'pdf', source: { bytes }, citations } },
      native: {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data },
        citations,
      },
      location: { documentPage: { documentIndex: 0, start: 2, end: 3 } },
      nativeLocation: { type: 'page_location', start_page_number: 2, end_page_number: 3 },
    };
  },
  'a document of blocks is cited by blocks, which count from 0': async () => ({
    converse: {
      document: { name: 'bridge', source: { content: facts.map((text) => ({ text })) }, citations },
    },
    native: {
      type: 'document',
      source: { type: 'content', content: facts.map((text) => ({ type: 'text', text })) },
      citations,
    },
    location: { documentChunk: { documentIndex: 0, start: 1, end: 2 } },
    nativeLocation: { type: 'content_block_location', start_block_index: 1, end_block_index: 2 },
  }),
  'plain text is cited by characters': async () => ({
    converse: {
      document: { name: 'bridge', format: 'txt', source: { text: facts.join('\n') }, citations },
    },
    native: {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: facts.join('\n') },
      citations,
    },
    location: { documentChar: { documentIndex: 0, start: 40, end: 70 } },
    nativeLocation: { type: 'char_location', start_char_index: 40, end_char_index: 70 },
  }),
  'a search result is cited by the positions of its blocks': async () => {
    const result = { source: 'https://example.com', title: 'bridge', citations };
    return {
      converse: { searchResult: { ...result, content: facts.map((text) => ({ text })) } },
      native: {
        type: 'search_result',
        ...result,
        content: facts.map((text) => ({ type: 'text', text })),
      },
      location: { searchResultLocation: { searchResultIndex: 0, start: 1, end: 2 } },
      nativeLocation: {
        type: 'search_result_location',
        search_result_index: 0,
        start_block_index: 1,
        end_block_index: 2,
      },
    };
  },
};

test.each(Object.entries(cases))('%s, in Converse whole and streamed', async (_, make) => {
  const { converse, location } = await make();
  const messages = [{ role: 'user' as const, content: [converse, { text: question }] }];
  const { output } = await bedrock.ask({ messages });
  const blocks = output?.message?.content ?? [];
  const whole = blocks.flatMap(({ citationsContent }) => citationsContent?.citations ?? []);
  expect(whole[0]).toMatchObject({
    location,
    sourceContent: [{ text: expect.stringContaining('1932') }],
  });
  const events = await bedrock.stream({ messages });
  const streamed = events.flatMap(
    ({ contentBlockDelta }) => contentBlockDelta?.delta?.citation ?? [],
  );
  expect(streamed).toEqual(whole);
});

test.each(Object.entries(cases))('%s, in the APIs of Anthropic', async (_, make) => {
  const { native, nativeLocation } = await make();
  const body = {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 200,
    messages: [{ role: 'user', content: [native, { type: 'text', text: question }] }],
  };
  for (const [path, extra] of [
    [`/model/${haiku}/invoke`, {}],
    ['/anthropic/v1/messages', { model: haiku }],
  ] as const) {
    const response = await bedrock.post(path, { ...body, ...extra });
    const { content } = (await response.json()) as { content: { citations?: object[] }[] };
    const [citation] = content.flatMap((block) => block.citations ?? []);
    expect(citation).toMatchObject({
      ...nativeLocation,
      cited_text: expect.stringContaining('1932'),
    });
  }
});

test('the pages of a second document count from 1 again', async () => {
  const document = await PDFDocument.create();
  for (const text of ['The bridge was opened', 'in the year 1932.'])
    document.addPage().drawText(text);
  const source = { bytes: await document.save() };
  const { output } = await bedrock.ask({
    messages: [
      {
        role: 'user',
        content: [
          { document: { name: 'other', format: 'txt', source: { text: 'Nothing.' }, citations } },
          { document: { name: 'bridge', format: 'pdf', source, citations } },
          { text: question },
        ],
      },
    ],
  });
  const [citation] = (output?.message?.content ?? []).flatMap(
    ({ citationsContent }) => citationsContent?.citations ?? [],
  );
  expect(citation?.location).toEqual({ documentPage: { documentIndex: 1, start: 1, end: 2 } });
});
