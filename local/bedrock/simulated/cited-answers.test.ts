import { expect, test } from 'vitest';
import { findModel } from '#local/bedrock/model/models.ts';
import { planAnswer } from '#local/bedrock/simulated/plan.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import type { DocumentBlock, TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

const documentOf = (name: string, text: string, citations = true): DocumentBlock => ({
  type: 'document',
  name,
  format: 'txt',
  bytes: Buffer.alloc(0),
  text,
  citations,
});

const rivers = documentOf(
  'rivers',
  'The Shinano is the longest river of Japan. It is 367 km long. Rice grows beside the river.',
);
const lakes = documentOf('湖', '琵琶湖は日本で最も大きい湖です。深さは103メートルです。');

const asking = (...content: (TurnBlock | string)[]): TurnMessage => ({
  role: 'user',
  content: content.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
});

function planned(...messages: readonly TurnMessage[]) {
  return planAnswer(plainTurn(model, { messages })).text;
}

test.each([
  ['Summarize this document.', [rivers]],
  ['Please summarise it in one sentence', [rivers]],
  ['Sum up the files in two paragraphs', [rivers, lakes]],
  ['What does this document say?', [rivers]],
  ['What is the longest river?', [rivers]],
  ['要約してください', [lakes]],
  ['この資料の内容をまとめて', [lakes, rivers]],
  ['琵琶湖の深さは？', [lakes]],
])('%j is answered with citations at their places', (question, documents) => {
  const cited = planned(asking(...documents, question)).flatMap(({ text, citation }) =>
    citation === undefined ? [] : [{ text, citation }],
  );
  expect(cited.length).toBeGreaterThan(0);
  for (const { text, citation } of cited) {
    const { index, start, end } = citation.location as {
      index: number;
      start: number;
      end: number;
    };
    expect(documents[index]?.text.slice(start, end)).toBe(text.trim());
    expect(citation).toMatchObject({ title: documents[index]?.name, text: text.trim() });
  }
});

test('a summary reads the same with and without citations', () => {
  const textOf = (citations: boolean): string =>
    planned(asking(documentOf('a', rivers.text, citations), 'Summarize this'))
      .map(({ text }) => text)
      .join('');
  expect(textOf(true)).toBe(textOf(false));
  expect(planned(asking(documentOf('a', rivers.text, false), 'Summarize this'))).toHaveLength(1);
});

test('an earlier document is summarized, and cited', () => {
  const parts = planned(
    asking(rivers, 'How long is it?'),
    textMessage('assistant', '367 km.'),
    asking('Summarize it.'),
  );
  expect(parts.some(({ citation }) => citation?.title === 'rivers')).toBe(true);
});

test('the search results of a tool are cited', () => {
  const found = {
    type: 'search-result',
    source: 'https://example.com/rivers',
    title: 'Rivers',
    content: [rivers.text],
    citations: true,
  } as const;
  const result = { type: 'tool-result', toolUseId: 'a', content: [found], isError: false } as const;
  const use = { type: 'tool-use', toolUseId: 'a', name: 'search', input: {} } as const;
  const parts = planned(
    asking('What is the longest river?'),
    { role: 'assistant', content: [use] },
    { role: 'user', content: [result] },
  );
  expect(parts.find(({ citation }) => citation !== undefined)).toMatchObject({
    text: expect.stringContaining('The Shinano is the longest river'),
    citation: {
      source: 'https://example.com/rivers',
      location: { type: 'search-result', index: 0 },
    },
  });
});
