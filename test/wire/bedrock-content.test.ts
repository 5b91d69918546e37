import { deflateSync } from 'node:zlib';
import {
  ApplyGuardrailCommand,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  type ConverseStreamOutput,
  type Message,
  type ToolConfiguration,
} from '@aws-sdk/client-bedrock-runtime';
import { Ajv } from 'ajv';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVirtualClock } from '#local/clock.ts';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '../fixtures/bedrock.ts';

let bedrock: RunningBedrock;
const clock = createVirtualClock();

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

beforeAll(async () => {
  bedrock = await startBedrock({ clock, guardrails: [guardrail] });
});

afterAll(() => bedrock.close());

const user = (text: string): Message => ({ role: 'user', content: [{ text }] });

function ask(change: Partial<ConverseCommandInput>): Promise<ConverseCommandOutput> {
  return bedrock
    .http1()
    .send(new ConverseCommand({ modelId: haiku, messages: [user('Hello')], ...change }));
}

async function stream(
  change: Partial<ConverseCommandInput>,
): Promise<readonly ConverseStreamOutput[]> {
  const input = { modelId: haiku, messages: [user('Hello')], ...change };
  const answer = await bedrock.http2().send(new ConverseStreamCommand(input));
  return Array.fromAsync(answer.stream ?? []);
}

const textOf = ({ output }: ConverseCommandOutput): string =>
  (output?.message?.content ?? [])
    .map((block) => block.text ?? block.citationsContent?.content?.[0]?.text ?? '')
    .join('');

const weather: ToolConfiguration = {
  tools: [
    {
      toolSpec: {
        name: 'get_weather',
        description: 'Gives the weather of a city',
        inputSchema: {
          json: {
            type: 'object',
            properties: {
              city: { type: 'string' },
              days: { type: 'integer', minimum: 1 },
              unit: { enum: ['celsius', 'fahrenheit'] },
            },
            required: ['city', 'days', 'unit'],
          },
        },
      },
    },
    {
      toolSpec: {
        name: 'send_email',
        description: 'Sends an email to somebody',
        inputSchema: {
          json: {
            type: 'object',
            properties: { to: { type: 'string', format: 'email' } },
            required: ['to'],
          },
        },
      },
    },
  ],
};

describe('tools', () => {
  test('the tool that the question names is used, its input made of the question', async () => {
    const messages = [user('What is the weather in Paris for 3 days, in celsius?')];
    const { output, stopReason } = await ask({ messages, toolConfig: weather });
    expect(stopReason).toBe('tool_use');
    expect(output?.message?.content?.at(-1)?.toolUse).toMatchObject({
      name: 'get_weather',
      toolUseId: expect.stringMatching(/^tooluse_[a-zA-Z0-9]{22}$/u),
      input: { city: 'Paris', days: 3, unit: 'celsius' },
    });
  });

  test('a question that fits no tool is answered in words', async () => {
    const { stopReason } = await ask({
      messages: [user('Tell me about rivers')],
      toolConfig: weather,
    });
    expect(stopReason).toBe('end_turn');
  });

  test.each([
    ['a tool that must be used', { tool: { name: 'send_email' } }, 'send_email'],
    ['any tool', { any: {} }, 'get_weather'],
  ])('%s is used whatever the question', async (_, toolChoice, name) => {
    const { output, stopReason } = await ask({
      toolConfig: { ...weather, toolChoice } as ToolConfiguration,
    });
    expect(stopReason).toBe('tool_use');
    expect(output?.message?.content).toEqual([{ toolUse: expect.objectContaining({ name }) }]);
  });

  test('Claude streams the input in fragments, the first of them empty; Nova at once', async () => {
    const input = { messages: [user('The weather in Kyoto?')], toolConfig: weather };
    const fragmentsOf = (events: readonly ConverseStreamOutput[]): readonly string[] =>
      events.flatMap(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? []);
    const claude = fragmentsOf(await stream(input));
    const nova = fragmentsOf(await stream({ ...input, modelId: novaLite }));
    expect(claude.length).toBeGreaterThan(2);
    expect(claude[0]).toBe('');
    expect(nova).toHaveLength(1);
    expect(JSON.parse(claude.join(''))).toEqual(JSON.parse(nova.join('')));
  });

  test('a tool whose schema refers to itself has an input that ends', async () => {
    const node = { type: 'object', properties: { left: { $ref: '#/$defs/node' } } };
    const json = { ...node, $defs: { node } };
    const tools = [{ toolSpec: { name: 'tree', inputSchema: { json } } }];
    const { stopReason } = await ask({ toolConfig: { tools, toolChoice: { any: {} } } });
    expect(stopReason).toBe('tool_use');
  });

  test('what a tool gave is used in the answer, and the tool is not called again', async () => {
    const question = user('The weather in Kyoto?');
    const { output } = await ask({ messages: [question], toolConfig: weather });
    const toolUseId = output?.message?.content?.at(-1)?.toolUse?.toolUseId ?? '';
    const result: Message = {
      role: 'user',
      content: [{ toolResult: { toolUseId, content: [{ json: { sky: 'clear', degrees: 21 } }] } }],
    };
    const answer = await ask({
      messages: [question, output?.message ?? {}, result] as Message[],
      toolConfig: weather,
    });
    expect(answer.stopReason).toBe('end_turn');
    expect(textOf(answer)).toContain('{"sky":"clear","degrees":21}');
  });
});

test.each([
  [
    'no use of a tool before its result',
    [
      user('a'),
      { role: 'assistant', content: [{ text: 'b' }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'x', content: [{ text: 'c' }] } }] },
    ],
    'exceeds the number of toolUse blocks',
  ],
  [
    'a use of a tool without its result',
    [
      user('a'),
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'x', name: 'get_weather', input: {} } }],
      },
      user('c'),
    ],
    'Expected toolResult blocks at messages.2.content for the following Ids: x',
  ],
] as readonly (readonly [string, Message[], string])[])(
  '%s is refused',
  async (_, messages, words) => {
    await expect(ask({ messages, toolConfig: weather })).rejects.toThrow(words);
  },
);

test('tools are refused for models that have none, and for Llama while streaming', async () => {
  await expect(ask({ modelId: 'us.deepseek.r1-v1:0', toolConfig: weather })).rejects.toThrow(
    "doesn't support tool use",
  );
  const llama = { modelId: 'us.meta.llama3-3-70b-instruct-v1:0', toolConfig: weather };
  await expect(stream(llama)).rejects.toThrow('tool use in streaming mode');
});

describe('reasoning', () => {
  const thinking = {
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
  };

  test('comes first, with a signature, where it was asked for', async () => {
    const { output } = await ask({ ...thinking });
    expect(output?.message?.content?.[0]?.reasoningContent?.reasoningText).toMatchObject({
      text: expect.stringContaining('Hello'),
      signature: expect.stringMatching(/^[a-zA-Z0-9+/=]{40,}$/u),
    });
    expect(output?.message?.content?.[1]?.text).toContain('Simulated');
  });

  test('streams in flat deltas, text and signature apart', async () => {
    const events = await stream({ ...thinking });
    const deltas = events.flatMap(
      ({ contentBlockDelta }) => contentBlockDelta?.delta?.reasoningContent ?? [],
    );
    expect(deltas.filter(({ text }) => text !== undefined).length).toBeGreaterThan(3);
    expect(deltas.filter(({ signature }) => signature !== undefined)).toHaveLength(1);
  });

  test('has its limits', async () => {
    const inferenceConfig = { maxTokens: 500 };
    await expect(ask({ ...thinking, inferenceConfig })).rejects.toThrow(
      '`max_tokens` must be greater',
    );
    await expect(ask({ ...thinking, inferenceConfig: { temperature: 0.5 } })).rejects.toThrow(
      'temperature',
    );
    await expect(ask({ ...thinking, modelId: novaLite })).rejects.toThrow('not permitted');
  });
});

describe('structured output', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['sentiment', 'score', 'keywords', 'people', 'when'],
    properties: {
      sentiment: { enum: ['positive', 'negative', 'neutral'] },
      score: { type: 'number' },
      keywords: { type: 'array', items: { type: 'string' } },
      people: { type: 'array', items: { $ref: '#/$defs/person' } },
      when: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
    },
    $defs: {
      person: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: { name: { type: 'string' } },
      },
    },
  };

  const config = (json: object): Partial<ConverseCommandInput> => ({
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { schema: JSON.stringify(json) } },
      },
    },
  });

  test('is valid against its schema, and says what the text says', async () => {
    const messages = [
      user(
        'Yesterday I met Maria Lopez in Lisbon. The service was terrible and slow, on 2026-03-04.',
      ),
    ];
    const value: unknown = JSON.parse(textOf(await ask({ messages, ...config(schema) })));
    const validate = new Ajv({ formats: { date: true } }).compile(schema);
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(value).toMatchObject({
      sentiment: 'negative',
      people: [{ name: 'Maria Lopez' }],
      when: '2026-03-04',
    });
  });

  test.each([
    ['an open object', { type: 'object', properties: {} }, 'additionalProperties must be false'],
    [
      'limits of numbers',
      {
        type: 'object',
        additionalProperties: false,
        properties: { a: { type: 'integer', minimum: 1 } },
      },
      'minimum is not supported (at properties.a)',
    ],
    [
      'recursion',
      { $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' },
      'recursive',
    ],
  ])('%s in a schema is refused', async (_, json, words) => {
    await expect(ask(config(json))).rejects.toThrow(words);
  });
});

/** A PNG of one colour. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const pixels = deflateSync(Buffer.alloc(16));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', size),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('images and documents', () => {
  test('an image is taken and counted by its pixels', async () => {
    const withImage = async (width: number): Promise<number> => {
      const image = { format: 'png' as const, source: { bytes: png(width, 750) } };
      const { usage } = await ask({
        messages: [{ role: 'user', content: [{ image }, { text: 'What is this?' }] }],
      });
      return usage?.inputTokens ?? 0;
    };
    expect((await withImage(1_000)) - (await withImage(500))).toBe(500);
  });

  test('an image that is none, or of another format, is refused', async () => {
    const image = { format: 'jpeg' as const, source: { bytes: png(10, 10) } };
    await expect(
      ask({ messages: [{ role: 'user', content: [{ image }, { text: 'Hi' }] }] }),
    ).rejects.toThrow('Could not process image');
    await expect(
      ask({
        modelId: 'qwen.qwen3-32b-v1:0',
        messages: [{ role: 'user', content: [{ image }, { text: 'Hi' }] }],
      }),
    ).rejects.toThrow("doesn't support the image content block");
  });

  test('a question about a PDF is answered from it, and the place is cited', async () => {
    const pdf = await PDFDocument.create();
    pdf.addPage().drawText('The bridge was opened in 1932. It is made of steel.');
    const document = {
      name: 'bridge',
      format: 'pdf' as const,
      source: { bytes: await pdf.save() },
      citations: { enabled: true },
    };
    const answer = await ask({
      messages: [
        { role: 'user', content: [{ document }, { text: 'When was the bridge opened?' }] },
      ],
    });
    const cited = answer.output?.message?.content?.find(
      (block) => block.citationsContent !== undefined,
    );
    expect(cited?.citationsContent?.content?.[0]?.text).toContain('opened in 1932');
    expect(cited?.citationsContent?.citations?.[0]).toMatchObject({
      title: 'bridge',
      sourceContent: [{ text: expect.stringContaining('1932') }],
      location: { documentChar: { documentIndex: 0, start: 0 } },
    });
  });

  test('citations stream as deltas', async () => {
    const document = {
      name: 'notes',
      format: 'md' as const,
      source: {
        bytes: Buffer.from(
          '# Tea\n\nGreen tea is brewed at 70 degrees. Black tea is brewed at 95 degrees.',
        ),
      },
      citations: { enabled: true },
    };
    const messages: Message[] = [
      { role: 'user', content: [{ document }, { text: 'How is green tea brewed?' }] },
    ];
    const events = await stream({ messages });
    const citations = events.flatMap(
      ({ contentBlockDelta }) => contentBlockDelta?.delta?.citation ?? [],
    );
    expect(citations[0]?.sourceContent?.[0]?.text).toContain('70 degrees');
  });

  test('a document without a word beside it, or that cannot be read, is refused', async () => {
    const document = {
      name: 'a',
      format: 'pdf' as const,
      source: { bytes: Buffer.from('no pdf') },
    };
    await expect(ask({ messages: [{ role: 'user', content: [{ document }] }] })).rejects.toThrow(
      'text content block',
    );
    await expect(
      ask({ messages: [{ role: 'user', content: [{ document }, { text: 'Hi' }] }] }),
    ).rejects.toThrow('could not be read');
  });
});

describe('prompt caching', () => {
  const long = 'All the rules of the house, which are many and long. '.repeat(500);
  const system = [{ text: long }, { cachePoint: { type: 'default' as const } }];

  test('a prefix is written once and read again, until its time is over', async () => {
    const first = (await ask({ system })).usage;
    expect(first?.cacheWriteInputTokens).toBeGreaterThan(4_096);
    expect(first?.cacheReadInputTokens).toBe(0);
    const second = (await ask({ system })).usage;
    expect(second?.cacheReadInputTokens).toBe(first?.cacheWriteInputTokens);
    expect(second?.inputTokens).toBe(first?.inputTokens);
    const {
      inputTokens = 0,
      outputTokens = 0,
      cacheReadInputTokens = 0,
      totalTokens,
    } = second ?? {};
    expect(totalTokens).toBe(inputTokens + outputTokens + cacheReadInputTokens);
    await clock.sleep(5 * 60_000 + 1);
    expect((await ask({ system })).usage?.cacheReadInputTokens).toBe(0);
  });

  test('a prefix below the model’s minimum is not cached, and the call succeeds', async () => {
    const short = [{ text: 'Be brief.' }, { cachePoint: { type: 'default' as const } }];
    expect((await ask({ system: short })).usage).toMatchObject({
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
    });
  });

  test('writes are told by how long they last', async () => {
    const hour = [
      { text: `${long} For an hour.` },
      { cachePoint: { type: 'default' as const, ttl: '1h' as const } },
    ];
    const { usage } = await ask({ system: hour });
    expect(usage?.cacheDetails).toEqual([{ ttl: '1h', inputTokens: usage?.cacheWriteInputTokens }]);
  });

  test('is refused where a model has none, and beyond four points', async () => {
    await expect(ask({ modelId: 'qwen.qwen3-32b-v1:0', system })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(
      ask({
        system: Array.from({ length: 3 }, () => system)
          .flat()
          .concat(system, system),
      }),
    ).rejects.toThrow('limit of 4');
  });
});

describe('guardrails', () => {
  const guardrailConfig = {
    guardrailIdentifier: 'gr12345',
    guardrailVersion: '1',
    trace: 'enabled' as const,
  };

  test('a question that is blocked costs nothing, and the trace says why', async () => {
    const { output, stopReason, trace, usage } = await ask({
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
    'an answer is blocked midway in %s mode',
    async (streamProcessingMode) => {
      const events = await stream({
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
      // Buffered text is scanned before it is let go; passed text is cut when it is found.
      expect(text.includes('unicorn')).toBe(streamProcessingMode === 'async');
    },
  );

  test('what is sensitive is masked where the stream waits for it', async () => {
    const text =
      'Summarise this:\nWrite to ada@example.com for the results of the long experiment.';
    const messages: Message[] = [{ role: 'user', content: [{ text }, guarded] }];
    expect(textOf(await ask({ messages, guardrailConfig }))).toContain('Write to {EMAIL} for');
  });

  test('one that is not there is refused', async () => {
    await expect(
      ask({ guardrailConfig: { ...guardrailConfig, guardrailIdentifier: 'none' } }),
    ).rejects.toThrow('does not exist');
  });

  test('ApplyGuardrail assesses a text by itself', async () => {
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

describe('small work', () => {
  const review =
    'The hotel was wonderful and the staff were friendly. Breakfast was excellent every morning. The hotel pool was closed one day.';
  const japanese =
    'このホテルは素晴らしかったです。スタッフも親切で、朝食がとても美味しかったです。また利用したいホテルです。';

  test.each([
    [
      'a sentiment in English',
      `What is the sentiment of this review?\n${review}`,
      /\*\*positive\*\*/u,
    ],
    ['a sentiment in Japanese', `次の文章の感情を分析してください。\n${japanese}`, /肯定的/u],
    [
      'a bad one',
      'Sentiment:\nThe delivery was late, the box was broken and nobody helped. Terrible.',
      /\*\*negative\*\*/u,
    ],
    ['key phrases', `List the keywords:\n${review}`, /- hotel/u],
    ['key phrases in Japanese', `キーワードを抽出してください：\n${japanese}`, /ホテル/u],
    ['a summary', `Summarize: ${review}`, /- .*hotel/iu],
    ['a summary in Japanese', `要約してください：${japanese}`, /要点[^]*ホテル/u],
  ])('%s', async (_, text, expected) => {
    expect(textOf(await ask({ messages: [user(text)] }))).toMatch(expected);
  });

  test('is JSON where JSON is asked for, by the system prompt too', async () => {
    const system = [
      { text: 'Extract the keywords and the sentiment of the text. Answer with JSON only.' },
    ];
    const value: unknown = JSON.parse(textOf(await ask({ messages: [user(review)], system })));
    expect(value).toMatchObject({
      sentiment: 'positive',
      keywords: expect.arrayContaining(['hotel']),
    });
  });
});
