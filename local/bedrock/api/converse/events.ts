import { resultOf, toToolUseId } from '#local/bedrock/api/converse/server-tools.ts';
import type { AnswerEvent, Citation, ServerToolBlock, Usage } from '#local/bedrock/turn/answer.ts';
import { totalTokens } from '#local/bedrock/turn/answer.ts';

/** An event of ConverseStream. The members are in alphabetical order. */
export interface ConverseEvent {
  readonly name: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * Converts an event of an answer to ConverseStream's. Text and reasoning blocks have no start event
 * there: they begin with their first delta.
 */
export function toConverseEvents(event: AnswerEvent): readonly ConverseEvent[] {
  switch (event.type) {
    case 'start':
      return [{ name: 'messageStart', members: { role: 'assistant' } }];
    case 'block-start': {
      if (event.block.type !== 'tool-use') return [];
      const toolUse = { name: event.block.name, toolUseId: toToolUseId(event.block.toolUseId) };
      const members = { contentBlockIndex: event.index, start: { toolUse } };
      return [{ name: 'contentBlockStart', members }];
    }
    case 'text-delta':
      return delta(event.index, { text: event.text });
    case 'reasoning-delta':
      return delta(event.index, { reasoningContent: { text: event.text } });
    case 'signature':
      return delta(event.index, { reasoningContent: { signature: event.signature } });
    case 'tool-input-delta':
      return delta(event.index, { toolUse: { input: event.json } });
    case 'citation':
      return delta(event.index, { citation: toWireCitation(event.citation) });
    case 'block-stop':
      return [blockStop(event.index)];
    case 'server-tool':
      return serverToolEvents(event.block, event.index);
    case 'stop':
      return [{ name: 'messageStop', members: { stopReason: event.stopReason } }];
    case 'end': {
      const { guardrailTrace: guardrail, latencyMs, usage } = event;
      const trace = guardrail === undefined ? {} : { trace: { guardrail } };
      const members = { metrics: { latencyMs }, ...trace, usage: toWireUsage(usage) };
      return [{ name: 'metadata', members }];
    }
  }
}

function delta(contentBlockIndex: number, change: object): readonly ConverseEvent[] {
  return [{ name: 'contentBlockDelta', members: { contentBlockIndex, delta: change } }];
}

function blockStop(contentBlockIndex: number): ConverseEvent {
  return { name: 'contentBlockStop', members: { contentBlockIndex } };
}

/** A result comes as a start with its kind and a delta with its content. */
function serverToolEvents(block: ServerToolBlock, index: number): readonly ConverseEvent[] {
  const toolUseId = toToolUseId(block.toolUseId);
  const { name } = block;
  const begin = (start: object): ConverseEvent => {
    return { name: 'contentBlockStart', members: { contentBlockIndex: index, start } };
  };
  if (block.type === 'use') {
    return [
      begin({ toolUse: { name, toolUseId, type: 'server_tool_use' } }),
      ...delta(index, { toolUse: { input: JSON.stringify(block.input) } }),
      blockStop(index),
    ];
  }
  const { content, status, type } = resultOf(block);
  return [
    begin({ toolResult: { status, toolUseId, type } }),
    ...delta(index, { toolResult: content }),
    blockStop(index),
  ];
}

/** Converts a citation to Converse's format. */
export function toWireCitation({ title, source, text, location, place }: Citation): object {
  if (location.type === 'web') {
    // As in real answers, a web page has an address and no quotation.
    return { location: { web: { domain: location.domain, url: location.url } } };
  }
  return { location: toWireLocation(location, place), source, sourceContent: [{ text }], title };
}

function toWireLocation(
  { type, index, ...characters }: Exclude<Citation['location'], { type: 'web' }>,
  place: Citation['place'],
): object {
  const { start, end } = place ?? characters;
  if (type === 'search-result') {
    return { searchResultLocation: { end, searchResultIndex: index, start } };
  }
  const range = { documentIndex: index, end, start };
  if (place === undefined) return { documentChar: range };
  return place.unit === 'page' ? { documentPage: range } : { documentChunk: range };
}

/**
 * Converts usage to Converse's format, as in a real answer of August 2026. That includes members
 * that are not in the service model.
 */
export function toWireUsage(usage: Usage): object {
  const { cacheWrites } = usage;
  const details = (['1h', '5m'] as const).flatMap((ttl) => {
    const own = cacheWrites.filter((write) => write.ttl === ttl);
    const inputTokens = own.reduce((sum, { tokens }) => sum + tokens, 0);
    return own.length === 0 ? [] : [{ inputTokens, ttl }];
  });
  return {
    ...(details.length === 0 ? {} : { cacheDetails: details }),
    cacheReadInputTokenCount: usage.cacheReadTokens,
    cacheReadInputTokens: usage.cacheReadTokens,
    cacheWriteInputTokenCount: usage.cacheWriteTokens,
    cacheWriteInputTokens: usage.cacheWriteTokens,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    serverToolUsage: {},
    totalTokens: totalTokens(usage),
  };
}
