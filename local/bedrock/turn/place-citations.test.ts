import { expect, test } from 'vitest';
import { allModels } from '#local/bedrock/model/catalogue.ts';
import type { CitationPlace, SourceEvent } from '#local/bedrock/turn/answer.ts';
import { placeCitations } from '#local/bedrock/turn/place-citations.ts';
import { plainTurn } from '#local/bedrock/turn/plain-turn.ts';
import type { DocumentBlock } from '#local/bedrock/turn/turn.ts';

const parts = ['one', 'two', 'three'];

async function place(
  format: string,
  start: number,
  end: number,
): Promise<CitationPlace | undefined> {
  const model = allModels.find(({ output }) => output === 'TEXT');
  if (model === undefined) throw new Error('There is no model');
  const bytes = Buffer.alloc(0);
  const document: DocumentBlock = {
    type: 'document',
    name: 'a',
    format,
    bytes,
    text: parts.join(format === 'pdf' ? '\n\n' : '\n'),
    parts,
    citations: true,
  };
  const turn = plainTurn(model, { messages: [{ role: 'user', content: [document] }] });
  const location = { type: 'document', index: 0, start, end } as const;
  const citation = { title: 'a', source: 'a', text: '', location };
  const events: SourceEvent[] = [{ type: 'citation', index: 0, citation }];
  const [event] = await Array.fromAsync(placeCitations(events, turn));
  return event?.type === 'citation' ? event.citation.place : undefined;
}

test('a quotation over two pages begins on the first and ends before the third', async () => {
  expect(await place('pdf', 0, 8)).toEqual({ unit: 'page', start: 1, end: 3 });
  expect(await place('pdf', 5, 8)).toEqual({ unit: 'page', start: 2, end: 3 });
});

test('the last block ends after itself', async () => {
  expect(await place('txt', 8, 13)).toEqual({ unit: 'block', start: 2, end: 3 });
  expect(await place('txt', 0, 13)).toEqual({ unit: 'block', start: 0, end: 3 });
});
