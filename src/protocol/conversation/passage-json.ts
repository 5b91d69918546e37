import type { Answer } from '#domain/conversation/accumulate.ts';
import type { CitationBlock, ContentBlock, Passage } from '#domain/conversation/message.ts';
import type { CitationJson, PassageJson } from '#protocol/conversation/answer-schema.ts';
import { parseExactJson } from '#domain/json.ts';

interface StepJson {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface GroundsJson {
  citations?: CitationJson[];
  trace?: StepJson[];
}

/** Returns a passage in the public JSON. */
export function toPassageJson({ text, source, title, score }: Passage): PassageJson {
  return {
    text,
    source,
    ...(title === undefined ? {} : { title }),
    ...(score === undefined ? {} : { score }),
  };
}

/** Returns a passage from the public JSON. */
export function fromPassageJson({ text, source, title, score }: PassageJson): Passage {
  return {
    text,
    source,
    ...(title === undefined ? {} : { title }),
    ...(score === undefined ? {} : { score }),
  };
}

/** Returns a citation in the public JSON; `start` and `end` count characters of the answer. */
export function toCitationJson({ span, passages }: CitationBlock): CitationJson {
  return { ...span, sources: passages.map(toPassageJson) };
}

/** Returns what an answer is based on; no fields if it has neither citations nor steps. */
export function toGroundsJson({ content }: Pick<Answer, 'content'>): GroundsJson {
  const citations = content.flatMap((block) =>
    block.type === 'citation' ? [toCitationJson(block)] : [],
  );
  const trace = content.flatMap((block) => toStepJson(block) ?? []);
  return {
    ...(citations.length === 0 ? {} : { citations }),
    ...(trace.length === 0 ? {} : { trace }),
  };
}

/** Returns a step that led to an answer; undefined for a block of the answer itself. */
export function toStepJson(block: ContentBlock): StepJson | undefined {
  switch (block.type) {
    case 'text':
    case 'citation':
    case 'attachment':
      return undefined;
    case 'reasoning':
      return { type: 'thought', text: block.text };
    case 'tool-use': {
      const { toolUseId: id, name, inputJson } = block;
      return { type: 'tool_call', id, name, input: parseToolInput(inputJson) };
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

/** Returns the input of a tool call; its text if that is incomplete or not JSON. */
export function parseToolInput(json: string): unknown {
  try {
    return parseExactJson(json === '' ? '{}' : json);
  } catch {
    return json;
  }
}
