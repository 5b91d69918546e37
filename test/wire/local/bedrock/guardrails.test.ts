import { ApplyGuardrailCommand, type Message } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBedrock, textOf, user, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock({ guardrails: [guardrail] });
});

afterAll(() => bedrock.close());

const guardrail = {
  id: 'gr12345',
  version: '1',
  blockedInputMessaging: 'Not that question.',
  blockedOutputsMessaging: 'Not that answer.',
  wordPolicyConfig: { wordsConfig: [{ text: 'unicorn' }] },
  topicPolicyConfig: {
    topicsConfig: [
      { name: 'investment advice', definition: 'Advice on which stocks to buy', type: 'DENY' },
    ],
  },
  sensitiveInformationPolicyConfig: {
    piiEntitiesConfig: [{ type: 'EMAIL', action: 'ANONYMIZE' as const }],
  },
};

describe('guardrails', () => {
  const guardrailConfig = {
    guardrailIdentifier: 'gr12345',
    guardrailVersion: '1',
    trace: 'enabled' as const,
  };

  test('a blocked question uses no tokens and the trace has the matched word', async () => {
    const { output, stopReason, trace, usage } = await bedrock.ask({
      messages: [user('Draw a unicorn')],
      guardrailConfig,
    });
    expect(stopReason).toBe('guardrail_intervened');
    expect(output?.message?.content).toEqual([{ text: 'Not that question.' }]);
    expect(usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    expect(trace?.guardrail?.inputAssessment?.['gr12345']?.wordPolicy?.customWords).toEqual([
      { action: 'BLOCKED', detected: true, match: 'unicorn' },
    ]);
  });

  const guarded = { guardContent: { text: { text: 'Please.' } } };
  const long = 'I like long walks by the sea in the evening. '.repeat(10);
  const secret: Message[] = [
    user(`${long} And I saw a unicorn.`),
    { role: 'assistant', content: [{ text: 'I see.' }] },
    { role: 'user', content: [{ text: 'What did I say so far?' }, guarded] },
  ];

  test.each(['sync', 'async'] as const)(
    'an answer is blocked in mid-stream in %s mode',
    async (streamProcessingMode) => {
      const events = await bedrock.stream({
        messages: secret,
        guardrailConfig: { ...guardrailConfig, streamProcessingMode } as never,
      });
      const text = events
        .map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '')
        .join('');
      expect(
        events.find(({ messageStop }) => messageStop !== undefined)?.messageStop?.stopReason,
      ).toBe('guardrail_intervened');
      expect(text).toMatch(/Not that answer\.$/u);
      // Sync mode scans text before it sends it; async mode ends the stream after a match.
      expect(text.includes('unicorn')).toBe(streamProcessingMode === 'async');
    },
  );

  test('sensitive text is masked', async () => {
    const text =
      'Summarise this:\nWrite to ada@example.com for the results of the long experiment.';
    const messages: Message[] = [{ role: 'user', content: [{ text }, guarded] }];
    expect(textOf(await bedrock.ask({ messages, guardrailConfig }))).toContain(
      'Write to {EMAIL} for',
    );
  });

  test('sensitive text is masked even if a chunk boundary splits it', async () => {
    const filler = 'The long experiment went on for many days and nights. ';
    for (const length of [3, 4, 5, 6, 7]) {
      const before = filler.repeat(length);
      const off = bedrock.on({
        stream: [{ text: `${before}Ask ada.lovelace@example.com now. ${filler.repeat(5)}` }],
      });
      const events = await bedrock.stream({ guardrailConfig });
      off();
      const received = events
        .map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '')
        .join('');
      expect(received).toBe(`${before}Ask {EMAIL} now. ${filler.repeat(5)}`);
    }
  });

  test('a non-streaming answer is blocked whole, and masked text is the same when streamed', async () => {
    const off = bedrock.on({
      stream: [{ text: `${'The long experiment went on. '.repeat(30)}A unicorn!` }],
    });
    const blocked = await bedrock.ask({ guardrailConfig });
    expect(blocked.output?.message?.content).toEqual([{ text: 'Not that answer.' }]);
    off();
    const kana = 'あ'.repeat(790);
    const again = bedrock.on({ stream: [{ text: `${kana}john.smith@example.com${kana}` }] });
    expect(textOf(await bedrock.ask({ guardrailConfig }))).toBe(`${kana}{EMAIL}${kana}`);
    const events = await bedrock.stream({ guardrailConfig });
    const received = events
      .map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '')
      .join('');
    expect(received).toBe(`${kana}{EMAIL}${kana}`);
    again();
  });

  test('a denied topic whose definition has no keywords blocks only text with its name', async () => {
    const strict = await startBedrock({
      guardrails: [
        {
          id: 'ja',
          topicPolicyConfig: { topicsConfig: [{ name: 'いじめ', definition: 'いじめの話' }] },
        },
      ],
    });
    const apply = async (text: string): Promise<unknown> => {
      const body = { source: 'INPUT', content: [{ text: { text } }] };
      return (await strict.post('/guardrail/ja/version/1/apply', body)).json();
    };
    expect(await apply('Hello, how are you?')).toMatchObject({ action: 'NONE' });
    expect(await apply('いじめについて')).toMatchObject({ action: 'GUARDRAIL_INTERVENED' });
    await strict.close();
  });

  test('an unknown guardrail is refused', async () => {
    await expect(
      bedrock.ask({ guardrailConfig: { ...guardrailConfig, guardrailIdentifier: 'missing' } }),
    ).rejects.toThrow('does not exist');
  });

  test('ApplyGuardrail assesses text without a model call', async () => {
    const apply = (text: string): ApplyGuardrailCommand =>
      new ApplyGuardrailCommand({
        guardrailIdentifier: 'gr12345',
        guardrailVersion: '1',
        source: 'INPUT',
        content: [{ text: { text } }],
      });
    const blocked = await bedrock.http2().send(apply('Which stocks to buy? I want advice.'));
    expect(blocked).toMatchObject({
      action: 'GUARDRAIL_INTERVENED',
      outputs: [{ text: 'Not that question.' }],
    });
    expect(blocked.assessments?.[0]?.topicPolicy?.topics?.[0]?.name).toBe('investment advice');
    const masked = await bedrock.http2().send(apply('I am ada@example.com'));
    expect(masked.outputs).toEqual([{ text: 'I am {EMAIL}' }]);
    expect(await bedrock.http2().send(apply('Hello'))).toMatchObject({
      action: 'NONE',
      outputs: [],
    });
  });
});
