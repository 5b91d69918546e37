import { expect, test } from 'vitest';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import { findModel } from '#local/bedrock/model/models.ts';
import { planAnswer } from '#local/bedrock/simulated/plan.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

function answer(question: string, change: Partial<ModelTurn> = {}): string {
  const turn = plainTurn(model, { messages: [textMessage('user', question)] });
  return planAnswer({ ...turn, ...change })
    .text.map(({ text }) => text)
    .join('');
}

const review = 'I hated every minute of it, and the food was awful.';
const cards = 'Gift cards can be refunded within 14 days. They expire after a year.';

test.each([
  ['What is 2 + 3 * 4?', /is \*\*14\*\*/u],
  ['(3+4)*5-6/2', /is \*\*32\*\*/u],
  ['1,200 * 3', /is \*\*3600\*\*/u],
  ['0.1 + 0.2', /is \*\*0\.3\*\*/u],
  ['12 * 7 は？', /\*\*84\*\*/u],
  ['And 3 * 3', /is \*\*9\*\*/u],
  ['What happened on 2024-05-01?', /A real model would answer/u],
  ['Is there 24/7 support?', /## About 24\/7 support/u],
  ['Call me at 03-1234-5678', /A real model would answer/u],
  ['<img src=x onerror=alert(1)>', /\n\nA real model would answer/u],
  ['History of Rome', /## About History of Rome/u],
  ['Highlight the differences', /## About the differences/u],
  ['Write a report about rivers', /## About rivers/u],
  ['My name is Ada', /## About Ada/u],
  ['続けて', /\n\n本物のモデル/u],
  ['Hello, who are you?', /I am Streambed's simulated model/u],
  ['Who are you?', /I am Streambed's simulated model/u],
  ['What can you do?', /I am Streambed's simulated model/u],
  ['こんにちは', /Streambed のシミュレーション用モデルです/u],
  ["I'm called Jim. What is my name?", /\*\*Jim\*\*/u],
  ['パスワードは8文字以上ですか？', /パスワード/u],
  ['The book has 500 words. How long did I read?', /## About the book/u],
  [`What is the sentiment of this review? ${review}`, /\*\*negative\*\*/u],
  [`<review>${review}</review>\nWhat is the sentiment?`, /\*\*negative\*\*/u],
  [`Answer with one word only. What is the sentiment: ${review}`, /\n\nnegative$/u],
  ['配送が遅く、箱も潰れていました。二度と買いません。感情を分析してください。', /否定的/u],
  [
    `Context:\n${cards}\n\nQuestion: Can gift cards be refunded?`,
    /\n\nGift cards can be refunded within 14 days\.$/u,
  ],
  [
    'Sales grew by ten percent. Profits doubled in Asia. Summarize the text above in one sentence.',
    /\n\n[^-\n]+\.$/u,
  ],
  [
    'Summarise:\nDr. Smith arrived on Jan. 5 with Mr. Brown. They met the team.',
    /- Dr\. Smith arrived on Jan\. 5 with Mr\. Brown\./u,
  ],
  [
    'キーワードを2つ挙げてください：\nスマホの電池が長持ちします。スマホのカメラも綺麗です。',
    /- スマホ\n- [^\n]+$/u,
  ],
  [
    'Write a short title for this message:\n<message>\nHow deep is Lake Biwa?\n</message>',
    /^How deep is Lake Biwa$/u,
  ],
  ['次の文章にタイトルを付けてください：\n琵琶湖の深さを教えてください。', /^琵琶湖の深さ$/u],
  ['Suggest a title:\nThank you so much!', /^Thank you so much$/u],
  [
    'Suggest a title:\nWrite 200 words about rivers, with a table',
    /^Write 200 words about rivers$/u,
  ],
  ['Give me the title of the book by Orwell', /A real model would answer/u],
  ['Write a report with a title. Rivers are long.', /A real model would answer/u],
])('answers “%s”', (question, expected) => {
  expect(answer(question)).toMatch(expected);
});

test('the summary of a summary has one heading and one list', () => {
  const notes = answer('Summarise as a list:\nThe harbour bridge opened in 1932. Ferries cross.');
  const again = answer(`Summarise:\n${notes}`);
  expect(again).toBe(notes);
  const paragraphs = answer(`<notes>\n${notes}\n</notes>\nSummarise this in two paragraphs.`);
  expect(paragraphs).toMatch(/\n\nThe harbour bridge opened in 1932\. Ferries cross\.$/u);
  const japanese = answer(
    '要約してください：\n港の橋は一九三二年に開通しました。船が港を渡ります。',
  );
  expect(answer(`要約してください：\n${japanese}`)).toBe(japanese);
});

test('a summary of a short text that quotes or joins a summary has no heading of it', () => {
  const summary = answer('Summarise:\nThe harbour bridge opened.');
  for (const text of [
    summary,
    summary.replaceAll(/^/gmu, '> '),
    summary.replaceAll(/\n+/gu, '\n- '),
    summary.split('\n').slice(2).join(' '),
    'In short: - In short: - The harbour bridge opened.',
    '- In short:\n- The harbour bridge opened.',
    '**In short:**\nThe harbour bridge opened.',
  ]) {
    expect([text, answer(`Summarise:\n${text}`)]).toEqual([text, summary]);
  }
  expect(answer('Summarise:\nIn short: it opened.')).toContain('- In short: it opened.');
});

test('a system prompt can request a title for every text, as JSON, too', () => {
  const system = [{ type: 'text' as const, text: 'Give each text a title.' }];
  const text = 'The harbour bridge opened in 1932. Ferries cross the bay.';
  expect(answer(text, { system })).toMatch(/^The harbour bridge/iu);
  expect(JSON.parse(answer(`Write a title, as JSON:\n${text}`))).toEqual({
    title: expect.stringMatching(/^[^\n]{3,40}$/u),
  });
});

test('an answer of an agent names the agent', () => {
  const agent = 'helper-local';
  for (const question of ['Hello', 'Tell me about rivers', `Summarise:\n${cards}`, '12 * 7']) {
    expect(answer(question, { agent })).toContain('Agent `helper-local`');
    expect(answer(question)).not.toMatch(/agent/iu);
  }
  expect(answer('Hello', { agent })).toContain('I am the agent `helper-local`');
  expect(answer('川について', { agent })).toContain('エージェント `helper-local`');
  const summary = answer(`Summarise:\n${cards}`, { agent });
  expect(answer(`Summarise:\n${summary}`, { agent })).toBe(summary);
});

test('a question is not summarized because the system prompt mentions summaries', () => {
  const system = [{ type: 'text' as const, text: 'Keep answers short, and summarise when asked.' }];
  expect(answer('What is the capital of France, and why is it there?', { system })).toContain(
    '## About',
  );
});

test('wrapped lines are joined to sentences and cited with their position', () => {
  const text =
    'Employees who have completed their probation period receive\ntwenty-five days of paid vacation.\n\n# Heading about vacation\n\n| Years | Days |\n| --- | --- |\n| 10 years | 4 days |';
  const document = {
    type: 'document',
    name: 'a',
    format: 'txt',
    bytes: Buffer.alloc(0),
    text,
    citations: true,
  } as const;
  const question = {
    type: 'text',
    text: 'How many days of paid vacation do employees receive?',
  } as const;
  const turn = plainTurn(model, { messages: [{ role: 'user', content: [document, question] }] });
  const [, first] = planAnswer(turn).text;
  expect(first?.text).toContain('receive twenty-five days of paid vacation.');
  expect(first?.citation?.location).toMatchObject({ type: 'document', index: 0, start: 0 });
  expect(
    answer('10 years', {
      messages: [
        {
          role: 'user',
          content: [document, { type: 'text', text: 'How many days after 10 years?' }],
        },
      ],
    }),
  ).toContain('10 years: 4 days');
});

test('an earlier document is used only for questions about it', () => {
  const document = {
    type: 'document',
    name: 'a',
    format: 'txt',
    bytes: Buffer.alloc(0),
    text: cards,
    citations: false,
  } as const;
  const before = {
    role: 'user',
    content: [document, { type: 'text', text: 'Can cards be refunded?' }],
  } as const;
  const messages = (next: string): ModelTurn['messages'] => [
    before,
    textMessage('assistant', 'Yes.'),
    textMessage('user', next),
  ];
  expect(answer('', { messages: messages('What is 12 * 7?') })).toContain('**84**');
  expect(answer('', { messages: messages('When do gift cards expire?') })).toContain(
    'expire after a year',
  );
});
