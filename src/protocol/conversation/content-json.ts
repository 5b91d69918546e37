import type {
  ContentBlock,
  Message,
  ToolResultBlock,
  ToolUseBlock,
} from '#domain/conversation/message.ts';
import type { ContentBlockJson } from '#protocol/conversation/answer-schema.ts';
import {
  fromPassageJson,
  parseToolInput,
  toPassageJson,
} from '#protocol/conversation/passage-json.ts';

/**
 * Returns the blocks of an answer in the public JSON, in their order. A tool call and its result
 * are one block.
 */
export function toContentJson({ content }: Pick<Message, 'content'>): ContentBlockJson[] {
  return content.flatMap((block, position) => {
    return toBlockJson(block, content.slice(position + 1)) ?? [];
  });
}

/** `later` are the blocks after it. */
function toBlockJson(
  block: ContentBlock,
  later: readonly ContentBlock[],
): ContentBlockJson | undefined {
  switch (block.type) {
    case 'text':
      return block.text === '' ? undefined : { type: 'text', text: block.text };
    case 'reasoning':
      return { type: 'reasoning', text: block.text, ...toSeconds(block) };
    case 'tool-use':
      return toCallJson(block, later);
    case 'retrieval':
      return { type: 'search', query: block.query, passages: block.passages.map(toPassageJson) };
    case 'citation': {
      const { span, passages } = block;
      const cited = span === undefined ? {} : { span };
      return { type: 'citation', ...cited, passages: passages.map(toPassageJson) };
    }
    // A result belongs to its call, and files are of a question.
    case 'tool-result':
    case 'approval':
    case 'attachment':
      return undefined;
  }
}

function toCallJson(
  { toolUseId, name, inputJson }: ToolUseBlock,
  later: readonly ContentBlock[],
): ContentBlockJson {
  const input = parseToolInput(inputJson);
  const call = { type: 'tool_call', tool_use_id: toolUseId, name, input } as const;
  const result = later.find(
    (block) => block.type === 'tool-result' && block.toolUseId === toolUseId,
  );
  if (result?.type === 'tool-result') {
    return { ...call, status: statusOf(result), result: result.text, ...toSeconds(result) };
  }
  const isWaiting = later.some(
    (block) => block.type === 'approval' && block.toolUseId === toolUseId,
  );
  return { ...call, status: isWaiting ? 'waiting' : 'unfinished' };
}

/** Returns the blocks of an answer from the public JSON. Each call is followed by what became of it. */
export function fromContentJson(content: readonly ContentBlockJson[]): readonly ContentBlock[] {
  return content.flatMap((block): readonly ContentBlock[] => {
    switch (block.type) {
      case 'text':
        return [block];
      case 'reasoning':
        return [{ type: 'reasoning', text: block.text, ...fromSeconds(block) }];
      case 'tool_call':
        return fromCallJson(block);
      case 'search':
        return [
          { type: 'retrieval', query: block.query, passages: block.passages.map(fromPassageJson) },
        ];
      case 'citation': {
        const { span } = block;
        const passages = block.passages.map(fromPassageJson);
        return [{ type: 'citation', passages, ...(span === undefined ? {} : { span }) }];
      }
    }
  });
}

function fromCallJson(call: ContentBlockJson & { type: 'tool_call' }): readonly ContentBlock[] {
  const { tool_use_id: toolUseId, name, input, status, result: text = '' } = call;
  const inputJson = typeof input === 'string' ? input : JSON.stringify(input);
  const use = { type: 'tool-use', toolUseId, name, inputJson } as const;
  const result = { type: 'tool-result', toolUseId, text, ...fromSeconds(call) } as const;
  switch (status) {
    case 'done':
      return [use, result];
    case 'failed':
      return [use, { ...result, isError: true }];
    case 'denied':
      return [use, { ...result, isError: true, isDenied: true }];
    case 'waiting':
      return [use, { type: 'approval', toolUseId }];
    case 'unfinished':
      return [use];
  }
}

function fromSeconds({ seconds }: { readonly seconds?: number | undefined }): {
  readonly durationMs?: number;
} {
  return seconds === undefined ? {} : { durationMs: Math.round(seconds * 1_000) };
}

function statusOf({ isDenied, isError }: ToolResultBlock): 'done' | 'failed' | 'denied' {
  if (isDenied === true) return 'denied';
  return isError === true ? 'failed' : 'done';
}

/** Returns how long something took in the public JSON; no field if that was not measured. */
export function toSeconds({ durationMs }: { readonly durationMs?: number | undefined }): {
  readonly seconds?: number;
} {
  return durationMs === undefined ? {} : { seconds: durationMs / 1_000 };
}
