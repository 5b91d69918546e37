import { expect, test } from 'vitest';
import { findModel } from '#local/bedrock/model/models.ts';
import { planAnswer } from '#local/bedrock/simulated/plan.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

function answer(question: string, system = ''): string {
  const turn = plainTurn(model, { messages: [textMessage('user', question)] });
  return planAnswer({ ...turn, system: [{ type: 'text', text: system }] })
    .text.map(({ text }) => text)
    .join('');
}

test.each([
  ['Count from 3 to 5', '3, 4, 5'],
  ['Please count from one to five.', '1, 2, 3, 4, 5'],
  ['count to 3', '1, 2, 3'],
  ['Count down from 5 to 1', '5, 4, 3, 2, 1'],
  ['Count backwards from 3.', '3, 2, 1'],
  ['Count from -1 to 1', '-1, 0, 1'],
  ['Count from 2 to 10 by twos', '2, 4, 6, 8, 10'],
  ['List the numbers from 8 to 10', '8, 9, 10'],
  ['Count from 1 to 3, one number per line', '1\n2\n3'],
  ['3から5まで数えて', '3、4、5'],
  ['３から５まで数えてください。', '3、4、5'],
  ['3まで数えて', '1、2、3'],
  ['5から1まで逆に数えて', '5、4、3、2、1'],
])('%j is counted', (question, expected) => {
  expect(answer(question)).toBe(expected);
});

test.each([
  ['Reply with exactly: OK', 'OK'],
  ['Reply with exactly "OK"', 'OK'],
  ['Respond only with: pong', 'pong'],
  ["Say 'hi'", 'hi'],
  ['Say hello', 'Hello!'],
  ['Just say OK.', 'OK'],
  ['Answer with the word banana', 'banana'],
  ['Reply with only OK', 'OK'],
  ['Reply OK only.', 'OK'],
  ['Reply with the single word `ready` and nothing else.', 'ready'],
  ['Repeat after me: The sky is blue.', 'The sky is blue.'],
  ['Echo: a, b', 'a, b'],
  ['「OK」とだけ答えて', 'OK'],
  ['OKとだけ返してください', 'OK'],
  ['「こんにちは」と言って', 'こんにちは'],
  ['次の言葉をそのまま返してください：はい', 'はい'],
])('%j is answered with these words alone', (question, expected) => {
  expect(answer(question)).toBe(expected);
  expect(answer('Tell me about rivers', question)).toBe(
    /^(?:Say hello|Count)/u.test(question) ? 'Hello!' : expected,
  );
});

test.each([
  ['Is water wet? Answer yes or no.', /^yes$/iu],
  ['水は濡れていますか？はいかいいえで答えて', /^はい$/u],
  ['True or false: water is wet', /^true$/iu],
  ['What is the capital of France? Answer in one word.', /^\w+$/u],
  ['Describe rivers in one word', /^Rivers$/u],
  ['What is 2 + 3? Answer in one word.', /^5$/u],
  ['Describe rivers in three words', /^(?:\S+ ){2}\S+$/u],
  ['川を一言で説明して', /^川$/u],
  ['Tell me about rivers in one sentence.', /^\(Simulated\) [^.]+rivers[^.]*\.$/u],
  ['Briefly, what are rivers?', /^\(Simulated\) [^.]+\.$/u],
  ['川について一文で説明して', /^（シミュレーション）[^。]+。$/u],
])('%j gets a short answer', (question, expected) => {
  expect(answer(question)).toMatch(expected);
});

test.each([
  ['Count from 3 to 5', 'Count from 3 to 5'],
  ['Reply with exactly: OK', 'Reply with exactly'],
  ['3から5まで数えて', '3から5まで数えて'],
])('a text that is to get a title orders nothing itself: %j', (message, title) => {
  const request = 'Write a short title for the conversation that begins with this message:';
  expect(answer(`${request}\n\n${message}`)).toContain(title);
  expect(answer(`${request}\n\n<message>\n${message}\n</message>`)).toContain(title);
});

test('the system prompt can ask for short answers', () => {
  expect(answer('Tell me about rivers', 'Answer in one sentence.')).toMatch(
    /^\(Simulated\) [^.]+\.$/u,
  );
  expect(answer('Is water wet?', 'Always answer yes or no.')).toMatch(/^yes$/iu);
});

test.each([
  'Say something about rivers',
  'Say what you know about rivers',
  'Count the words in this text',
  'Reply with exactly three bullet points',
  'Answer only in JSON',
  'Reply with JSON only',
  'Answer with only numbers',
  'Say it in English only',
  'Write a report about rivers',
  'Just explain rivers to me',
  'The numbers are bad, and I count on you',
])('%j is an ordinary question', (question) => {
  expect(answer(question)).toContain('Simulated answer');
});
