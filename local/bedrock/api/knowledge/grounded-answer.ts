import type { Citation } from '#local/bedrock/turn/answer.ts';
import { exceptionBytes } from '#local/bedrock/api/exception-bytes.ts';
import { errorFrame, eventFrame } from '#local/wire/event-stream.ts';
import type { ScoredPassage } from '#local/bedrock/knowledge/knowledge-base.ts';
import { toReference } from '#local/bedrock/knowledge/retrieval.ts';
import type { StreamWriter } from '#local/bedrock/turn/reply.ts';
import { createAnswerCollector, type WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

/**
 * Returns the response of RetrieveAndGenerate: the text and its citations, without the session id.
 */
export function renderGrounded(answer: WholeAnswer, passages: readonly ScoredPassage[]): object {
  const { text, citations } = renderCitations(answer, passages);
  const hasIntervened = answer.stopReason === 'guardrail_intervened';
  return {
    citations,
    guardrailAction: hasIntervened ? 'INTERVENED' : 'NONE',
    output: { text },
  };
}

/** Returns the text of an answer, and a citation for each part that quotes a passage. */
export function renderCitations(
  { blocks }: Pick<WholeAnswer, 'blocks'>,
  passages: readonly ScoredPassage[],
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
      retrievedReferences: referencesOf(block.citations, passages),
    });
  }
  return { text, citations };
}

function partAt(text: string, start: number): object {
  return { textResponsePart: { span: { end: start + text.length - 1, start }, text } };
}

function referencesOf(
  citations: readonly Citation[],
  passages: readonly ScoredPassage[],
): readonly object[] {
  return citations.flatMap(({ source, text }) => {
    const passage = passages.find(
      (candidate) => candidate.uri === source && candidate.text.includes(text),
    );
    return passage === undefined ? [] : [toReference(passage)];
  });
}

/**
 * Creates the writer of RetrieveAndGenerateStream's events: text deltas, and a citation after each
 * cited part. Calls `onAnswer` with the complete answer.
 */
export function createGroundedWriter(
  passages: readonly ScoredPassage[],
  headers: Readonly<Record<string, string>>,
  onAnswer: (answer: WholeAnswer) => void,
): StreamWriter {
  const collector = createAnswerCollector();
  let [length, start] = [0, 0];
  return {
    headers: { 'content-type': 'application/vnd.amazon.eventstream', ...headers },
    write(event) {
      collector.add(event);
      switch (event.type) {
        case 'block-start':
          start = length;
          return [];
        case 'text-delta':
          length += event.text.length;
          return [frame('output', { text: event.text })];
        case 'citation': {
          const block = collector.blocks()[event.index];
          const text = block?.type === 'text' ? block.text : '';
          const generatedResponsePart = partAt(text, start);
          const retrievedReferences = referencesOf([event.citation], passages);
          return [frame('citation', { generatedResponsePart, retrievedReferences })];
        }
        case 'stop': {
          const action = event.stopReason === 'guardrail_intervened' ? 'INTERVENED' : undefined;
          return action === undefined ? [] : [frame('guardrail', { action })];
        }
        case 'end':
          onAnswer(collector.whole());
          return [];
        case 'start':
        case 'reasoning-delta':
        case 'signature':
        case 'tool-input-delta':
        case 'block-stop':
        case 'server-tool':
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
