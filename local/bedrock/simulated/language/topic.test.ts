import { expect, test } from 'vitest';
import { topicOf } from '#local/bedrock/simulated/language/topic.ts';

test.each([
  ['Write 300 words about mountain rivers', 'mountain rivers'],
  ['Explain how Lambda streams a response', 'Lambda streams response'],
  ['山の川について300文字で書いてください', '山・川'],
  ['Lambda のストリーミング応答について教えてください', 'Lambda・ストリーミング・応答'],
])('%s is about %s', (question, topic) => {
  expect(topicOf(question)).toBe(topic);
});
