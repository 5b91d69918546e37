import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { expect, test } from 'vitest';
import type { ChatRequest } from '#domain/chat/chat-request.ts';
import { parseChatRequest } from '#protocol/chat/chat-request.ts';

const parse = (body: unknown): ChatRequest =>
  parseChatRequest(typeof body === 'string' ? body : JSON.stringify(body)).chat;

test('a prompt is outside any conversation', () => {
  expect(parse({ prompt: 'Hi' })).toEqual({
    question: { type: 'message', text: 'Hi' },
    inference: {},
  });
});

test('a message creates a conversation, or continues the one it names', () => {
  expect(parse({ message: 'Hi' }).conversation).toEqual({ create: true });
  const continued = parse({ message: 'Hi', conversation_id: 'c-1' });
  expect(continued.conversation).toEqual({ id: 'c-1', create: false });
});

test('a message may name its files, each once', () => {
  const { question } = parse({ message: 'Look', attachments: ['a', 'b'] });
  expect(question).toEqual({ type: 'message', text: 'Look', attachmentIds: ['a', 'b'] });
  expect(JSON.stringify(parse({ message: 'Look', attachments: [] }))).toBe(
    JSON.stringify(parse({ message: 'Look' })),
  );
  const files = (attachments: unknown) => () => parse({ message: 'Look', attachments });
  expect(files(['a', 'a'])).toThrow('attachments: must not name a file twice');
  expect(files(['a', 'b', 'c', 'd', 'e', 'f'])).toThrow(
    'attachments: must be a list of at most 5 ids',
  );
  expect(files('a')).toThrow('attachments: must be a list of at most 5 ids');
  expect(files(['a/b'])).toThrow('attachments.0: must be 1 to 64 letters');
  expect(() => parse({ prompt: 'Look', attachments: ['a'] })).toThrow(
    'attachments: is not a field of this request',
  );
});

test('options have the names of the public JSON', () => {
  const inference = { max_tokens: 5, temperature: 0.5, top_p: 1, stop_sequences: ['END'] };
  const body = { prompt: 'Hi', model: 'm', system: 's', format: 'text', inference };
  expect(parseChatRequest(JSON.stringify(body)).format).toBe('text');
  expect(parse(body)).toEqual({
    question: { type: 'message', text: 'Hi' },
    modelId: 'm',
    system: 's',
    inference: { maxTokens: 5, temperature: 0.5, topP: 1, stopSequences: ['END'] },
  });
});

test('the body of an unmodified useChat is accepted', () => {
  const parts = [
    { type: 'text', text: 'Hello ' },
    { type: 'text', text: 'there' },
  ];
  const body = {
    id: 'chat1',
    trigger: 'submit-message',
    messages: [
      { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'First' }] },
      { id: 'm2', role: 'assistant', parts: [{ type: 'step-start' }] },
      { id: 'm3', role: 'user', parts },
    ],
  };
  expect(parse(body)).toEqual({
    question: { type: 'message', text: 'Hello there' },
    conversation: { id: 'chat1', create: true },
    inference: {},
  });
});

test.each<[object, object]>([
  [
    { message: 'Hi', parent_turn_id: 't1' },
    { type: 'message', text: 'Hi', parentId: 't1' },
  ],
  [
    { message: 'Hi', parent_turn_id: null },
    { type: 'message', text: 'Hi', parentId: null },
  ],
  [{ regenerate_turn_id: 't1' }, { type: 'regenerate', turnId: 't1' }],
  [{ continue_turn_id: 't1' }, { type: 'continue', turnId: 't1' }],
])('%j refers to an earlier turn', (body, question) => {
  const conversation = { id: 'c1', create: false };
  expect(parse({ conversation_id: 'c1', ...body })).toMatchObject({ question, conversation });
});

const uiMessage = (id: string, role: string, text: string): object => {
  return { id, role, parts: [{ type: 'text', text }] };
};

test.each<[string, object, object]>([
  [
    'regenerates the last answer',
    { trigger: 'regenerate-message', messages: [uiMessage('u1', 'user', 'Hi')] },
    { type: 'regenerate', text: 'Hi' },
  ],
  [
    'regenerates an answer that it names',
    { trigger: 'regenerate-message', messageId: 't1', messages: [uiMessage('u1', 'user', 'Hi')] },
    { type: 'regenerate', text: 'Hi', turnId: 't1' },
  ],
  [
    'edits a message after an answer',
    {
      messageId: 'u2',
      messages: [
        uiMessage('u1', 'user', 'Hi'),
        uiMessage('t1', 'assistant', 'Hello'),
        uiMessage('u2', 'user', 'Who?'),
      ],
    },
    { type: 'message', text: 'Who?', parentId: 't1' },
  ],
  [
    'edits the first message',
    { messageId: 'u1', messages: [uiMessage('u1', 'user', 'Ho')] },
    { type: 'message', text: 'Ho', parentId: null },
  ],
])('useChat %s', (_, body, question) => {
  expect(parse({ id: 'chat1', trigger: 'submit-message', ...body }).question).toEqual(question);
});

const refused: readonly (readonly [body: unknown, message: string])[] = [
  ['{broken', 'The body must be JSON.'],
  ['', 'The body must be JSON.'],
  ['[1]', 'The body must be a JSON object.'],
  ['null', 'The body must be a JSON object.'],
  [{}, 'prompt: is required'],
  [{ prompt: 'Hi', metadata: { team: '' } }, 'metadata.team: must have at most 16 names'],
  [{ prompt: 'Hi', inference: [] }, 'inference: must be an object'],
  [
    { prompt: 'Hi', inference: { tokens: 1 } },
    'inference.tokens: is not a field of this request; supported fields: max_tokens',
  ],
  [{ prompt: 'Hi', metadata: 'sales' }, 'metadata: must be an object of strings'],
  [{ prompt: 'Hi', metadata: ['sales'] }, 'metadata: must be an object of strings'],
  [{ prompt: 'Hi', agent: 'a', metadata: { a: 'b' } }, 'metadata: cannot be set together'],
  [{ prompt: '' }, 'prompt: must not be blank'],
  [{ prompt: ' \n\t　' }, 'prompt: must not be blank'],
  [{ prompt: 7 }, 'prompt: must be a string'],
  [{ message: ' ' }, 'message: must not be blank'],
  [{ conversation_id: 'c1' }, 'message: is required'],
  [{ message: 'Hi', conversation_id: '../x' }, 'conversation_id: must be 1 to 64'],
  [{ prompt: 'Hi', message: 'Hi' }, 'message: cannot be set together with prompt'],
  [{ prompt: 'Hi', conversation_id: 'c1' }, 'message: is required'],
  [{ prompt: 'Hi', format: 'xml' }, 'format: must be one of ui, data, text, json'],
  [{ prompt: 'Hi', promt: 'Hi' }, 'promt: is not a field of this request'],
  [{ prompt: 'Hi', inference: { max_token: 5 } }, 'inference.max_token: is not a field'],
  [{ prompt: 'Hi', inference: { max_tokens: 0 } }, 'inference.max_tokens: must be at least 1'],
  [{ prompt: 'Hi', inference: { max_tokens: 1.5 } }, 'inference.max_tokens: must be a whole'],
  [{ prompt: 'Hi', inference: { temperature: 2 } }, 'inference.temperature: must be from 0 to 1'],
  [{ prompt: 'Hi', inference: null }, 'inference: must be an object'],
  [{ prompt: 'Hi', inference: { stop_sequences: 'x' } }, 'stop_sequences: must be a list'],
  [{ prompt: 'Hi', inference: { stop_sequences: [7] } }, 'stop_sequences.0: must be a string'],
  [{ prompt: 'x'.repeat(maxMessageLength + 1) }, 'prompt: must be at most 32000 characters'],
  [{ continue_turn_id: 't1' }, 'conversation_id: is required'],
  [{ regenerate_turn_id: '../t', conversation_id: 'c' }, 'regenerate_turn_id: must be 1 to 64'],
  [
    { message: 'Hi', regenerate_turn_id: 't' },
    'regenerate_turn_id: cannot be set together with message',
  ],
  [{ message: 'Hi', parent_turn_id: 't' }, 'parent_turn_id: requires the conversation_id'],
  [{ message: 'Hi', parent_turn_id: 7, conversation_id: 'c' }, 'parent_turn_id: must be a string'],
  [{ id: 'c1', messages: 'x' }, 'messages: must be an array'],
  [{ id: 'c1', messages: [] }, 'messages: the last user message must have text'],
];

test.each(refused)('%j is rejected with the name of the field', (body, message) => {
  expect(() => parse(body)).toThrow(message);
  expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
