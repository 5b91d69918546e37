import type { AnswerEvent } from '#local/bedrock/turn/answer.ts';
import {
  toWireCitation,
  toWireUsage,
  type ConverseEvent,
} from '#local/bedrock/api/converse/events.ts';
import { textFrame } from '#local/bedrock/api/converse/text-frames.ts';
import { toServerToolBlock, toToolUseId } from '#local/bedrock/api/converse/server-tools.ts';
import { exceptionBytes } from '#local/bedrock/api/exception-bytes.ts';
import { errorFrame, eventFrame } from '#local/wire/event-stream.ts';
import type { StreamWriter, WholeReply } from '#local/bedrock/turn/reply.ts';
import {
  parseInput,
  renderBlocks,
  type AnswerBlock,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/**
 * Creates the writer of ConverseStream's frames. As on Bedrock, padding is one of the sorted
 * members.
 */
export function createConverseWriter(
  padding: () => string | undefined,
  toEvents: (event: AnswerEvent) => readonly ConverseEvent[],
): StreamWriter {
  return {
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    write(event: AnswerEvent) {
      const events = toEvents(event);
      if (event.type !== 'text-delta') return events.map((each) => frameOf(each, padding()));
      const p = padding();
      return events.map((each) => textFrame(event, p, () => frameOf(each, p)));
    },
    exception: exceptionBytes,
    error: errorFrame,
    unknownEvent: () => eventFrame('somethingNew', JSON.stringify({ p: padding(), value: 1 })),
  };
}

/** Returns the frame of an event, with `p` at its alphabetical position. */
function frameOf({ name, members }: ConverseEvent, p: string | undefined): Buffer {
  if (p === undefined) return eventFrame(name, JSON.stringify(members));
  const entries = Object.entries(members);
  const at = entries.findIndex(([member]) => member > 'p');
  const place = at === -1 ? entries.length : at;
  const padded = Object.fromEntries(entries.toSpliced(place, 0, ['p', p]));
  return eventFrame(name, JSON.stringify(padded));
}

/** Returns the response of Converse. */
export function renderConverse(answer: WholeAnswer): WholeReply {
  const content = renderBlocks(answer, toWireBlock, toServerToolBlock);
  const { latencyMs, stopReason, usage, guardrailTrace: guardrail } = answer;
  return {
    body: {
      metrics: { latencyMs },
      output: { message: { content, role: 'assistant' } },
      stopReason,
      ...(guardrail === undefined ? {} : { trace: { guardrail } }),
      usage: toWireUsage(usage),
    },
  };
}

function toWireBlock(block: AnswerBlock): object {
  switch (block.type) {
    case 'text': {
      if (block.citations.length === 0) return { text: block.text };
      const citations = block.citations.map(toWireCitation);
      const content = block.text === '' ? {} : { content: [{ text: block.text }] };
      return { citationsContent: { citations, ...content } };
    }
    case 'reasoning': {
      const { signature, text } = block;
      const signed = signature === undefined ? { text } : { signature, text };
      return { reasoningContent: { reasoningText: signed } };
    }
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      const input = parseInput(inputJson);
      return { toolUse: { input, name, toolUseId: toToolUseId(toolUseId) } };
    }
  }
}
