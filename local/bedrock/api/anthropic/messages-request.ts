import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { maxAnswerTokens } from '#local/bedrock/turn/plain-turn.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type {
  MessagesBlock,
  DocumentContent,
  MessagesDocument,
  MessagesRequest,
} from '#local/bedrock/api/anthropic/messages-shape.ts';
import { combineTurns, mustBeginWithUser } from '#local/bedrock/api/anthropic/combine-turns.ts';
import { readTools } from '#local/bedrock/api/anthropic/read-tools.ts';
import { checkOutputSchema } from '#local/bedrock/model/output-schema.ts';
import { showsReasoning } from '#local/bedrock/model/reasoning-request.ts';
import type { CacheTtl, ModelTurn, TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

/** Converts a Messages request into a turn. Throws the errors of Anthropic's models. */
export function toTurn(
  model: ModelFacts,
  request: MessagesRequest,
  isAnthropicApi = false,
): ModelTurn {
  const maxTokens = maxAnswerTokens(request.max_tokens, model);
  const betas = request.anthropic_beta ?? [];
  const tools = readTools(request.tools ?? [], { isAnthropicApi, betas });
  const format = request.output_config?.format;
  const messages = combineTurns(
    request.messages.map(({ role, content }) => ({ role, content: toBlocks(content) })),
  );
  checkMessages(messages);
  checkRequest(request);
  return {
    model,
    system: toSystem(request.system),
    messages,
    maxTokens,
    stopSequences: request.stop_sequences ?? [],
    inference: { maxTokens, temperature: request.temperature, topP: request.top_p },
    ...tools,
    asked: {
      api: isAnthropicApi ? 'anthropic' : 'native',
      fields: request,
      hasSystemMessages: request.messages.some(({ role }) => role === 'system'),
    },
    toolChoice: toToolChoice(request.tool_choice),
    toolCachePoints: (request.tools ?? []).flatMap((tool, index) => {
      const ttl = cacheTtl(tool);
      return ttl === undefined ? [] : [{ ttl, after: index + 1 }];
    }),
    schema:
      format === undefined ? undefined : checkOutputSchema(JSON.stringify(format.schema), model),
    isReasoning: showsReasoning(model, request),
    metadata: {},
  };
}

function checkRequest({ tool_choice: choice, tools = [] }: MessagesRequest): void {
  if (choice?.type === 'tool' && !tools.some(({ name }) => name === choice.value.name)) {
    throw invalid(`tool_choice.name: Tool '${choice.value.name}' not found in provided tools`);
  }
}

function toSystem(system: MessagesRequest['system']): readonly TurnBlock[] {
  if (system === undefined) return [];
  if (typeof system === 'string') return system === '' ? [] : [{ type: 'text', text: system }];
  return system.flatMap((part) => [
    { type: 'text' as const, text: part.text },
    ...cachePoint(part),
  ]);
}

function toToolChoice(choice: MessagesRequest['tool_choice']): ModelTurn['toolChoice'] {
  if (choice === undefined) return { type: 'auto' };
  return choice.type === 'tool' ? { type: 'tool', name: choice.value.name } : { type: choice.type };
}

function toBlocks(content: MessagesRequest['messages'][number]['content']): readonly TurnBlock[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.flatMap(toCachedBlock);
}

function toCachedBlock(part: MessagesBlock): readonly TurnBlock[] {
  return [toBlock(part), ...cachePoint(part.value)];
}

interface CacheableBlock {
  readonly cache_control?: { readonly value: { readonly ttl?: CacheTtl | undefined } } | undefined;
}

function cacheTtl(part: CacheableBlock | undefined): CacheTtl | undefined {
  return part?.cache_control === undefined ? undefined : (part.cache_control.value.ttl ?? '5m');
}

function cachePoint(part: object): readonly TurnBlock[] {
  const ttl = cacheTtl(part);
  return ttl === undefined ? [] : [{ type: 'cache-point', ttl }];
}

function toBlock(part: MessagesBlock): TurnBlock {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.value.text };
    case 'image': {
      const { data, media_type: mediaType } = part.value.source.value;
      return { type: 'image', format: mediaType.replace('image/', ''), bytes: data };
    }
    case 'document':
      return toDocument(part.value);
    case 'search_result': {
      const { source, title, content, citations } = part.value;
      const lines = content.map(({ value }) => value.text);
      return {
        type: 'search-result',
        source,
        title,
        content: lines,
        citations: citations?.enabled === true,
      };
    }
    case 'tool_use': {
      const { id, name, input } = part.value;
      return { type: 'tool-use', toolUseId: id, name, input };
    }
    case 'tool_result': {
      const { tool_use_id: toolUseId, content = '', is_error: isError = false } = part.value;
      const blocks =
        typeof content === 'string'
          ? [{ type: 'text' as const, text: content }]
          : content.flatMap(toCachedBlock);
      return { type: 'tool-result', toolUseId, content: blocks, isError };
    }
    case 'thinking':
      return { type: 'reasoning', text: part.value.thinking, signature: part.value.signature };
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', redacted: part.value.data };
    case 'server_tool_use':
    case 'web_search_tool_result':
    case 'code_execution_tool_result':
    case 'bash_code_execution_tool_result':
    case 'tool_search_tool_result':
      return { type: 'server-tool', json: JSON.stringify(part.value) };
  }
}

function toDocument({ source, title = 'document', citations }: MessagesDocument): TurnBlock {
  const isCited = citations?.enabled === true;
  const format =
    source.type === 'base64' && source.value.media_type === 'application/pdf' ? 'pdf' : 'txt';
  const bytes = documentBytes(source);
  const parts = source.type === 'content' ? contentTexts(source.value.content) : undefined;
  return { type: 'document', name: title, format, bytes, text: '', parts, citations: isCited };
}

function documentBytes(source: MessagesDocument['source']): Buffer {
  switch (source.type) {
    case 'base64':
      return source.value.data;
    case 'text':
      return Buffer.from(source.value.data);
    case 'content': {
      return Buffer.from(contentTexts(source.value.content).join('\n'));
    }
  }
}

/** A document can consist of one text, or of blocks, which are cited by their number. */
function contentTexts(content: DocumentContent): readonly string[] {
  if (typeof content === 'string') return [content];
  return content.map((part) => (part.type === 'text' ? part.value.text : ''));
}

function checkMessages(messages: readonly TurnMessage[]): void {
  if (messages[0]?.role !== 'user') throw invalid(mustBeginWithUser);
  for (const [index, { role, content }] of messages.entries()) {
    checkCachedText(content, index);
    if (content.some((part) => part.type === 'text' && part.text.trim() === '')) {
      throw invalid('messages: text content blocks must be non-empty');
    }
    if (role === 'user') checkResults(content, messages[index - 1], index);
  }
}

function checkCachedText(content: readonly TurnBlock[], index: number): void {
  const cached = content.findIndex(
    (part, at) =>
      part.type === 'text' && part.text === '' && content[at + 1]?.type === 'cache-point',
  );
  if (cached === -1) return;
  const before = content.slice(0, cached).filter(({ type }) => type !== 'cache-point');
  throw invalid(
    `messages.${index}.content.${before.length}.text: cache_control cannot be set for empty text blocks`,
  );
}

function checkResults(
  content: readonly TurnBlock[],
  before: TurnMessage | undefined,
  index: number,
): void {
  const uses = idsOf(before?.content ?? [], 'tool-use');
  const results = idsOf(content, 'tool-result');
  const unexpected = results.find((id) => !uses.includes(id));
  if (unexpected !== undefined) {
    throw invalid(
      `messages.${index}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ` +
        `${unexpected}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in ` +
        'the previous message.',
    );
  }
  const missing = uses.filter((id) => !results.includes(id));
  if (missing.length === 0) return;
  throw invalid(
    `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks ` +
      `immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a ` +
      'corresponding `tool_result` block in the next message.',
  );
}

function idsOf(content: readonly TurnBlock[], type: 'tool-use' | 'tool-result'): readonly string[] {
  return content.flatMap((part) =>
    (part.type === 'tool-use' || part.type === 'tool-result') && part.type === type
      ? [part.toolUseId]
      : [],
  );
}
