import type { Passage, WholeBlock } from '#domain/conversation/message.ts';
import type { StopReason } from '#domain/conversation/stream-event.ts';
import { toCitationJson, toPassageJson } from '#protocol/conversation/passage-json.ts';

/** The parts of a UI message stream for a block that comes whole; `index` is its name there. */
export function wholeBlockParts(index: number, block: WholeBlock): readonly object[] {
  const id = String(index);
  switch (block.type) {
    case 'tool-result': {
      const call = { toolCallId: block.toolUseId, dynamic: true };
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

/** As the AI SDK knows sources: pages of the web by their address, all else as documents. */
function sourceOf({ source, title }: Passage, sourceId: string): object {
  if (/^https?:/u.test(source)) {
    return { type: 'source-url', sourceId, url: source, ...(title === undefined ? {} : { title }) };
  }
  const filename = source.slice(source.lastIndexOf('/') + 1);
  const known = { sourceId, mediaType: 'text/plain', title: title ?? filename };
  return { type: 'source-document', ...known, filename };
}

/** Why an answer ended, as the AI SDK has it. */
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
    case 'stopped':
    default:
      return 'other';
  }
}
