import { expect, test } from 'vitest';
import type { Conversations } from '#domain/conversation/conversations.ts';
import type { ContentBlock } from '#domain/conversation/message.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { beginning, begun, ended } from '#test/suites/conversations-suite.ts';

/** The tests of what is stored with conversations and turns, for every implementation. */
export function describeContents(create: () => Conversations): void {
  let count = 0;
  const fresh = (): { owner: string; conversationId: string } => {
    count += 1;
    return { owner: `owner of contents ${count}/#`, conversationId: `c${count}` };
  };

  test('every kind of block is stored with all its fields', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    const passages = [{ text: 'Rain.', source: 's3://b/rain.txt', title: 'Rain', score: 0.5 }];
    const content: readonly ContentBlock[] = [
      { type: 'retrieval', query: 'weather', passages },
      { type: 'reasoning', text: 'Hm.', signature: 's', durationMs: 1_500 },
      { type: 'tool-use', toolUseId: 'a', name: 'clock', inputJson: '{}' },
      { type: 'tool-result', toolUseId: 'a', text: 'noon', durationMs: 300 },
      { type: 'tool-result', toolUseId: 'b', text: 'No.', isError: true, isDenied: true },
      { type: 'citation', span: { start: 0, end: 2 }, passages },
      { type: 'approval', toolUseId: 'c' },
    ];
    const turn: Turn = { ...ended(live), answer: { role: 'assistant', content } };
    await conversations.finish(key, turn);
    expect(await conversations.turn({ ...key, turnId: 't1', sequence: 1 })).toEqual(turn);
  });

  test('settings are replaced as a whole, beside whatever else changes', async () => {
    const conversations = create();
    const key = fresh();
    const settings = {
      model: 'm',
      system: 'Be brief.',
      inference: { temperature: 0.5, stop_sequences: ['END'] },
      tools: ['time'],
    };
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    await Promise.all([
      conversations.change(key, { settings }),
      conversations.change(key, { title: 'Rivers' }),
      conversations.finish(key, ended(live)),
    ]);
    expect(await conversations.find(key)).toMatchObject({ title: 'Rivers', settings });
    await conversations.change(key, { settings: { agent: 'helper' } });
    await begun(conversations, beginning(key, { turnId: 't2' }));
    expect((await conversations.find(key))?.settings).toEqual({ agent: 'helper' });
    await conversations.change(key, { settings: {}, title: 'Lakes' });
    await conversations.change(key, { settings: {} });
    const changed = await conversations.find(key);
    expect([changed?.title, changed?.settings]).toEqual(['Lakes', undefined]);
  });

  test('feedback is stored with an ended turn, replaced and removed', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    const good = { rating: 'good' } as const;
    expect(await conversations.rate(key, 't1', good)).toBe(false);
    const turn = ended(live);
    await conversations.finish(key, turn);
    expect(await conversations.rate(key, 'other', good)).toBe(false);
    expect(await conversations.rate({ ...key, owner: 'Eve' }, 't1', good)).toBe(false);
    const read = async (): Promise<Turn | undefined> =>
      (await conversations.turns(key, { limit: 1 })).items[0];
    expect(await read()).toEqual(turn);
    const bad = { rating: 'bad', comment: 'だめ 👎' } as const;
    await Promise.all([
      conversations.summarize({ ...key, turnId: 't1', sequence: 1 }, 'They met.'),
      conversations.rate(key, 't1', bad),
    ]);
    // The end of a turn is stored again if the response was lost.
    await conversations.finish(key, turn);
    expect(await read()).toEqual({ ...turn, summary: 'They met.', feedback: bad });
    expect(await conversations.rate(key, 't1', good)).toBe(true);
    expect((await read())?.feedback).toEqual(good);
    for (const _ of ['once', 'again']) {
      expect(await conversations.rate(key, 't1', undefined)).toBe(true);
      expect(await read()).toEqual({ ...turn, summary: 'They met.' });
    }
  });
}
