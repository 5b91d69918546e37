import * as v from 'valibot';
import type { Answer } from '#domain/conversation/accumulate.ts';
import type { CitationBlock, ContentBlock, Passage } from '#domain/conversation/message.ts';
import { count } from '#protocol/http/json-fields.ts';

/** A passage in the public JSON. */
export const passageJson = v.strictObject({
  text: v.string(),
  source: v.string(),
  title: v.optional(v.string()),
  score: v.optional(v.number()),
});

const citationJson = v.strictObject({
  start: v.optional(count),
  end: v.optional(count),
  sources: v.array(passageJson),
});

/** What an answer is based on: its citations, and the steps that led to it. */
export const groundsFields = {
  citations: v.optional(v.array(citationJson)),
  trace: v.optional(v.array(v.looseObject({ type: v.string() }))),
};

type PassageJson = v.InferOutput<typeof passageJson>;
type CitationJson = v.InferOutput<typeof citationJson>;

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
      return undefined;
    case 'reasoning':
      return { type: 'thought', text: block.text };
    case 'tool-use': {
      const { toolUseId: id, name, inputJson } = block;
      return { type: 'tool_call', id, name, input: parseInput(inputJson) };
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

/** An input that is incomplete or not JSON stays text. */
function parseInput(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    return json;
  }
}
