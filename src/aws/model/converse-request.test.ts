import { expect, test } from 'vitest';
import { toConverseRequest } from '#aws/model/converse-request.ts';
import { userMessage, type PromptMessage } from '#domain/conversation/message.ts';

const convert = (content: PromptMessage['content'], modelId = 'amazon.nova-lite-v1:0') =>
  toConverseRequest({
    owner: 'ada',
    modelId,
    inference: {},
    messages: [userMessage('Hi'), { role: 'assistant', content }],
  }).messages?.[1]?.content;

test('tool calls get a name that Bedrock accepts and an input that is an object', () => {
  const call = (name: string, inputJson: string) =>
    ({ type: 'tool-use', toolUseId: '1', name, inputJson }) as const;
  const shown = convert([
    call('Orders./orders/{id}', '{"id":1}'),
    call('', '{"half":'),
    call('list', '[1]'),
  ]);
  expect(shown?.map((block) => [block.toolUse?.name, block.toolUse?.input])).toEqual([
    ['Orders__orders__id_', { id: 1 }],
    ['tool', {}],
    ['list', {}],
  ]);
});

test('passages become search results for Claude and numbered text for other models', () => {
  const passage = { text: 'Leave is 25 days.', source: 's3://b/leave.md', title: 'Leave' };
  const block = { type: 'passage', number: 1, passage } as const;
  expect(convert([block], 'us.anthropic.claude-haiku-4-5-20251001-v1:0')).toEqual([
    {
      searchResult: {
        source: passage.source,
        title: 'Leave',
        content: [{ text: passage.text }],
        citations: { enabled: true },
      },
    },
  ]);
  expect(convert([block])?.[0]?.text).toMatch(/^Passage \[1\], from Leave:\nLeave is 25 days\./u);
});

test('retrievals, citations and approvals are not shown to models', () => {
  const passages = [{ text: 'x', source: 'y' }];
  const shown = convert([
    { type: 'retrieval', query: 'x', passages },
    { type: 'citation', passages },
    { type: 'approval', toolUseId: '1' },
    { type: 'text', text: 'Hello' },
  ]);
  expect(shown).toEqual([{ text: 'Hello' }]);
});

test('metadata marks the call in the invocation log of Bedrock', () => {
  const request = { owner: 'ada', modelId: 'm', inference: {}, messages: [userMessage('Hi')] };
  const { requestMetadata } = toConverseRequest({ ...request, metadata: { team: 'sales' } });
  expect(requestMetadata).toEqual({ team: 'sales' });
  expect(toConverseRequest(request)).not.toHaveProperty('requestMetadata');
});

test('files become images and documents, whose names say nothing and differ', () => {
  const bytes = new Uint8Array([1]);
  const shown = convert([
    { type: 'file', number: 1, format: 'jpeg', bytes },
    { type: 'file', number: 2, format: 'docx', bytes },
    { type: 'file', number: 3, format: 'csv', bytes },
    { type: 'attachment', attachmentId: 'x', name: 'x.pdf', format: 'pdf', size: 1 },
  ]);
  expect(shown).toEqual([
    { image: { format: 'jpeg', source: { bytes } } },
    { document: { format: 'docx', name: 'File 2', source: { bytes } } },
    { document: { format: 'csv', name: 'File 3', source: { bytes } } },
  ]);
});
