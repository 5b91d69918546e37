import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type {
  WireBlock,
  WireDocument,
  WireSource,
  WireSystem,
  WireToolResult,
} from '#local/bedrock/api/converse/request-shape.ts';
import { isEncrypted } from '#local/bedrock/turn/reasoning-signature.ts';
import type { TurnBlock } from '#local/bedrock/turn/turn.ts';

/** Converts a content block of Converse. Throws for content in S3. */
export function toBlock(block: WireBlock): TurnBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.value };
    case 'image':
      return { type: 'image', format: block.value.format, bytes: bytesOf(block.value.source) };
    case 'document':
      return toDocument(block.value);
    case 'video':
    case 'audio':
      return { type: 'media', kind: block.type, bytes: bytesOf(block.value.source) };
    case 'toolUse':
      if (isServerTool(block)) return { type: 'server-tool', json: JSON.stringify(block.value) };
      return { ...block.value, type: 'tool-use' };
    case 'toolResult':
      if (isServerTool(block)) return { type: 'server-tool', json: JSON.stringify(block.value) };
      return {
        type: 'tool-result',
        toolUseId: block.value.toolUseId,
        content: block.value.content.map(toResultBlock),
        isError: block.value.status === 'error',
      };
    case 'guardContent':
      return toGuardedText(block.value);
    case 'cachePoint':
      return { type: 'cache-point', ttl: block.value.ttl ?? '5m' };
    case 'reasoningContent':
      return block.value.type === 'reasoningText'
        ? { type: 'reasoning', ...block.value.value }
        : { type: 'reasoning', text: '', redacted: toRedacted(block.value.value) };
    case 'citationsContent': {
      const text = (block.value.content ?? []).map(({ value }) => value).join('');
      return { type: 'text', text };
    }
    case 'searchResult':
      return toSearchResult(block.value);
    case 'toolAddition':
    case 'toolRemoval':
      throw invalid(`The ${block.type} content block is only supported for system turns.`);
  }
}

/** Whether a block is the use of a tool that the service ran, or its result. */
export function isServerTool(block: WireBlock): boolean {
  if (block.type === 'toolUse') return block.value.type === 'server_tool_use';
  return block.type === 'toolResult' && block.value.type?.endsWith('_result') === true;
}

/** Converts a block of the system prompt. */
export function toSystemBlock(block: WireSystem[number]): TurnBlock {
  return toBlock(block);
}

function toResultBlock(block: WireToolResult['content'][number]): TurnBlock {
  if (block.type === 'json') {
    return { type: 'text', text: JSON.stringify(block.value), json: block.value };
  }
  return toBlock(block);
}

/** Clients send the bytes of the text that Anthropic's API has, or what that text encodes. */
function toRedacted(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return isEncrypted(text) ? text : bytes.toString('base64');
}

function toGuardedText(content: Extract<WireBlock, { type: 'guardContent' }>['value']): TurnBlock {
  if (content.type === 'image') return toBlock(content);
  const { text, qualifiers = [] } = content.value;
  return { type: 'guarded-text', text, qualifiers };
}

function toSearchResult({
  source,
  title,
  content,
  citations,
}: Extract<WireBlock, { type: 'searchResult' }>['value']): TurnBlock {
  return {
    type: 'search-result',
    source,
    title,
    content: content.map(({ text }) => text),
    citations: citations?.enabled === true,
  };
}

function toDocument({ name, format = 'txt', source, citations }: WireDocument): TurnBlock {
  const isCited = citations?.enabled === true;
  const bytes = documentBytes(source);
  const parts = source.type === 'content' ? source.value.map(({ value }) => value) : undefined;
  return { type: 'document', name, format, bytes, text: '', parts, citations: isCited };
}

function documentBytes(source: WireDocument['source']): Buffer {
  switch (source.type) {
    case 'bytes':
      return source.value;
    case 'text':
      return Buffer.from(source.value);
    case 'content':
      return Buffer.from(source.value.map(({ value }) => value).join('\n'));
    case 's3Location':
      throw s3NotSupported();
  }
}

function bytesOf(source: WireSource): Buffer {
  if (source.type === 's3Location') throw s3NotSupported();
  return source.value;
}

/** The first sentence is Bedrock's own message for an object that it cannot read. */
function s3NotSupported(): Error {
  return invalid('Unable to access the S3 location. The local Bedrock cannot read buckets.');
}
