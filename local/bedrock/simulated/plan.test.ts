import { expect, test } from 'vitest';
import { assess } from '#local/bedrock/guardrails/assess.ts';
import { piiPatterns } from '#local/bedrock/guardrails/lexicon.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import { readPrompt } from '#local/bedrock/api/invoke/prompt-template.ts';
import { findModel } from '#local/bedrock/model/models.ts';
import { planAnswer } from '#local/bedrock/simulated/plan.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

const strings = { type: 'array', items: { type: 'string' } };
const tool = {
  name: 'take',
  description: 'Takes all',
  inputSchema: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      keywords: strings,
      mail: { type: 'string', format: 'email' },
      page: { type: 'string', format: 'uri' },
      day: { type: 'string', format: 'date' },
      count: { type: 'number' },
      summary: { type: 'string' },
    },
  },
};

const action = 'BLOCK' as const;
const piiEntitiesConfig = Object.keys(piiPatterns).map((type) => ({ type, action }));
const guardrail = { id: 'a', sensitiveInformationPolicyConfig: { piiEntitiesConfig } };

/** Texts that make a careless regular expression backtrack for hours. */
const latin = [
  'a',
  'A',
  '1',
  '1 ',
  '1-',
  '1.',
  'a@',
  'aa:',
  'http://',
  '\n',
  ' ',
  ':',
  '"a',
  'a Aa ',
];
const japanese = ['日本語の文章です。', 'カ', '「', '私は', '書いて'];
const templates = ['1*', '[INST]', '\n\nHuman:', '<｜User｜>', 'not good '];

test.each([latin, japanese, templates].flat())(
  'a long text of repeated %j is handled quickly',
  (part) => {
    const text = part.repeat(40_000 / part.length);
    const turn = plainTurn(model, { messages: [textMessage('user', text)] });
    const system = [{ type: 'text' as const, text: 'Summarize; keywords; sentiment' }];
    expect(planAnswer(turn).text).not.toEqual([]);
    expect(planAnswer({ ...turn, system })).toBeDefined();
    expect(
      planAnswer({ ...turn, tools: [tool], toolChoice: { type: 'any' } }).toolUses[0],
    ).toBeDefined();
    expect(assess(guardrail, text, { side: 'INPUT' })).toBeDefined();
    expect(readPrompt(text).messages.length).toBeGreaterThan(0);
  },
);

test('an answer continues after its prefilled beginning', () => {
  const rivers = textMessage('user', 'Tell me about rivers');
  const answerTo = (...messages: ReturnType<typeof textMessage>[]): string =>
    planAnswer(plainTurn(model, { messages }))
      .text.map(({ text }) => text)
      .join('');
  const whole = answerTo(rivers);
  expect(answerTo(rivers, textMessage('assistant', whole.slice(0, 50)))).toBe(whole.slice(50));
  expect(answerTo(rivers, textMessage('assistant', 'No.'))).toBe(whole);
});
