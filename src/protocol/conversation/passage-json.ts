import type { Answer } from '#domain/conversation/accumulate.ts';
import type { CitationBlock, ContentBlock, Passage } from '#domain/conversation/message.ts';

/** A passage as every format tells it. */
export function toPassageJson({ text, source, title, score }: Passage): object {
  return {
    text,
    source,
    ...(title === undefined ? {} : { title }),
    ...(score === undefined ? {} : { score }),
  };
}

/** What a part of an answer stands on; `start` and `end` count characters of its text. */
export function toCitationJson({ span, passages }: CitationBlock): object {
  return { ...span, sources: passages.map(toPassageJson) };
}

/** What an answer stands on, and how it came about, where there is anything to tell. */
export function toGroundsJson({ content }: Pick<Answer, 'content'>): Record<string, unknown> {
  const citations = content.flatMap((block) =>
    block.type === 'citation' ? [toCitationJson(block)] : [],
  );
  const trace = content.flatMap((block) => toStepJson(block) ?? []);
  return {
    ...(citations.length === 0 ? {} : { citations }),
    ...(trace.length === 0 ? {} : { trace }),
  };
}

/** A step on the way to an answer; undefined for what is the answer itself. */
export function toStepJson(block: ContentBlock): object | undefined {
  switch (block.type) {
    case 'text':
    case 'citation':
      return undefined;
    case 'reasoning':
      return { type: 'thought', text: block.text };
    case 'tool-use': {
      const { toolUseId: id, name, inputJson } = block;
      return { type: 'tool_call', id, name, input: inputOf(inputJson) };
    }
    case 'tool-result': {
      const { toolUseId: id, text, isError } = block;
      return {
        type: 'tool_result',
        id,
        output: text,
        ...(isError === true ? { error: true } : {}),
      };
    }
    case 'approval':
      return { type: 'approval_request', id: block.toolUseId };
    case 'retrieval':
      return { type: 'retrieval', query: block.query, passages: block.passages.map(toPassageJson) };
  }
}

/** An input that is not whole yet, or never was JSON, stays the text that it is. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    return json;
  }
}
