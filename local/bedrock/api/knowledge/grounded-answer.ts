import type { Citation } from '#local/bedrock/turn/answer.ts';
import { exceptionBytes } from '#local/bedrock/api/exception-bytes.ts';
import { errorFrame, eventFrame } from '#local/wire/event-stream.ts';
import type { Found } from '#local/bedrock/knowledge/knowledge-base.ts';
import { toReference } from '#local/bedrock/knowledge/retrieval.ts';
import type { StreamWriter } from '#local/bedrock/turn/reply.ts';
import { createAnswerCollector, type WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

/** An answer with what it rests on, as RetrieveAndGenerate gives it. */
export function renderGrounded(answer: WholeAnswer, found: readonly Found[]): object {
  const { text, citations } = attribute(answer, found);
  const hasIntervened = answer.stopReason === 'guardrail_intervened';
  return {
    citations,
    guardrailAction: hasIntervened ? 'INTERVENED' : 'NONE',
    output: { text },
  };
}

/** The text of an answer, and for each part that rests on a passage where it is and on which. */
export function attribute(
  { blocks }: Pick<WholeAnswer, 'blocks'>,
  found: readonly Found[],
): { readonly text: string; readonly citations: readonly object[] } {
  let text = '';
  const citations: object[] = [];
  for (const block of blocks) {
    if (block.type !== 'text') continue;
    const start = text.length;
    text += block.text;
    if (block.citations.length === 0) continue;
    citations.push({
      generatedResponsePart: partAt(block.text, start),
      retrievedReferences: referencesOf(block.citations, found),
    });
  }
  return { text, citations };
}

function partAt(text: string, start: number): object {
  return { textResponsePart: { span: { end: start + text.length - 1, start }, text } };
}

function referencesOf(citations: readonly Citation[], found: readonly Found[]): readonly object[] {
  return citations.flatMap(({ source, text }) => {
    const passage = found.find(
      (candidate) => candidate.uri === source && candidate.text.includes(text),
    );
    return passage === undefined ? [] : [toReference(passage)];
  });
}

export interface Grounding {
  readonly found: readonly Found[];
  readonly headers: Readonly<Record<string, string>>;
  /** Told the answer when it is whole. */
  remember(answer: WholeAnswer): void;
}

/** The events of RetrieveAndGenerateStream: text as it comes, and after each part its citation. */
export function createGroundedWriter({ found, headers, remember }: Grounding): StreamWriter {
  const fold = createAnswerCollector();
  let [length, start] = [0, 0];
  return {
    headers: { 'content-type': 'application/vnd.amazon.eventstream', ...headers },
    write(event) {
      fold.add(event);
      switch (event.type) {
        case 'block-start':
          start = length;
          return [];
        case 'text-delta':
          length += event.text.length;
          return [frame('output', { text: event.text })];
        case 'citation': {
          const block = fold.blocks()[event.index];
          const text = block?.type === 'text' ? block.text : '';
          const generatedResponsePart = partAt(text, start);
          const retrievedReferences = referencesOf([event.citation], found);
          return [frame('citation', { generatedResponsePart, retrievedReferences })];
        }
        case 'stop': {
          const action = event.stopReason === 'guardrail_intervened' ? 'INTERVENED' : undefined;
          return action === undefined ? [] : [frame('guardrail', { action })];
        }
        case 'end':
          remember(fold.whole());
          return [];
        case 'start':
        case 'reasoning-delta':
        case 'signature':
        case 'tool-input-delta':
        case 'block-stop':
          return [];
      }
    },
    exception: exceptionBytes,
    error: errorFrame,
    unknownEvent: () => frame('somethingNew', { value: 1 }),
  };
}

function frame(type: string, members: object): Buffer {
  return eventFrame(type, JSON.stringify(members));
}
