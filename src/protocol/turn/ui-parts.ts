import type { Passage, WholeBlock } from '#domain/conversation/message.ts';
import type { StopReason } from '#domain/conversation/stream-event.ts';
import { toSeconds } from '#protocol/conversation/content-json.ts';
import { toCitationJson, toPassageJson } from '#protocol/conversation/passage-json.ts';

/** Returns the parts of a UI message stream for a block without deltas; `index` becomes its id. */
export function wholeBlockParts(index: number, block: WholeBlock): readonly object[] {
  const id = String(index);
  switch (block.type) {
    case 'tool-result': {
      const call = { toolCallId: block.toolUseId, dynamic: true, ...durationMetadata(block) };
      return block.isError === true
        ? [{ type: 'tool-output-error', ...call, errorText: block.text }]
        : [{ type: 'tool-output-available', ...call, output: block.text }];
    }
    case 'approval': {
      const { toolUseId } = block;
      return [{ type: 'tool-approval-request', approvalId: toolUseId, toolCallId: toolUseId }];
    }
    case 'retrieval': {
      const { query, passages } = block;
      const data = { query, passages: passages.map(toPassageJson) };
      return [{ type: 'data-retrieval', id, data }];
    }
    case 'citation':
      return [
        { type: 'data-citation', id, data: toCitationJson(block) },
        ...block.passages.map((passage, number) => sourceOf(passage, `${id}.${number}`)),
      ];
  }
}

/** Returns what the AI SDK's parts do not say: how long a block took, and that a call was denied. */
export function durationMetadata(block: {
  readonly durationMs?: number | undefined;
  readonly isDenied?: true;
}): { readonly providerMetadata?: object } {
  const added = { ...toSeconds(block), ...(block.isDenied === true ? { denied: true } : {}) };
  return Object.keys(added).length === 0 ? {} : { providerMetadata: { streambed: added } };
}

/** The AI SDK distinguishes web pages, which have a URL, from documents. */
function sourceOf({ source, title }: Passage, sourceId: string): object {
  if (/^https?:/u.test(source)) {
    return { type: 'source-url', sourceId, url: source, ...(title === undefined ? {} : { title }) };
  }
  const filename = source.slice(source.lastIndexOf('/') + 1);
  const details = { sourceId, mediaType: 'text/plain', title: title ?? filename };
  return { type: 'source-document', ...details, filename };
}

/** Returns the AI SDK's finish reason for a stop reason. */
export function finishReasonOf(stopReason: StopReason): string {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop';
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool-calls';
    case 'guardrail_intervened':
    case 'content_filtered':
      return 'content-filter';
    case 'malformed_model_output':
    case 'malformed_tool_use':
      return 'error';
    case 'stopped':
    default:
      return 'other';
  }
}
