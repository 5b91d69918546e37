import type { Citation } from '#local/bedrock/answer.ts';
import { composeAnswer } from '#local/bedrock/simulated/compose-answer.ts';
import { english } from '#local/bedrock/simulated/english.ts';
import { fillSchema } from '#local/bedrock/simulated/fill-schema.ts';
import { findAnswers, sourcesOf } from '#local/bedrock/simulated/grounded.ts';
import { japanese } from '#local/bedrock/simulated/japanese.ts';
import { pickTool } from '#local/bedrock/simulated/pick-tool.ts';
import { isJapanese, topicOf } from '#local/bedrock/simulated/topic.ts';
import type { Voice } from '#local/bedrock/simulated/voice.ts';
import { workOn } from '#local/bedrock/simulated/work.ts';
import { lastUserText, textOf, type ModelTurn, type TurnBlock } from '#local/bedrock/turn.ts';

/** What the simulated model is going to say, before a word of it is said. */
export interface Plan {
  readonly reasoning: string | undefined;
  readonly text: readonly PlannedText[];
  readonly toolUse: { readonly name: string; readonly input: unknown } | undefined;
}

/** A stretch of text, and what it rests on. */
export interface PlannedText {
  readonly text: string;
  readonly citation?: Citation | undefined;
}

/** Decides on the answer: a tool, a document of a schema, small work, a grounded answer, or prose. */
export function planAnswer(turn: ModelTurn): Plan {
  const question = lastUserText(turn);
  const voice = isJapanese(question) ? japanese : english;
  const reasoning = turn.isReasoning ? voice.reasoning(topicOf(question)) : undefined;
  const tool = pickTool(turn);
  if (tool !== undefined) {
    const isFree = turn.toolChoice.type === 'auto';
    const input = fillSchema(tool.inputSchema, question);
    const text = isFree ? [{ text: voice.toolUse(tool.name) }] : [];
    return { reasoning, text, toolUse: { name: tool.name, input } };
  }
  return { reasoning, text: planText(turn, question, voice), toolUse: undefined };
}

function planText(turn: ModelTurn, question: string, voice: Voice): readonly PlannedText[] {
  if (turn.schema !== undefined) {
    const value = fillSchema(turn.schema, `${question}\n${sourceText(turn)}`);
    return [{ text: JSON.stringify(value) }];
  }
  const results = toolResults(turn);
  if (results.length > 0) return [{ text: `${voice.label}\n\n${voice.toolResults(results)}` }];
  const work = workOn(turn, voice);
  if (work !== undefined) return work;
  const sources = sourcesOf(turn);
  if (sources.length > 0) return grounded(question, sources, voice);
  return [{ text: composeAnswer(turn) }];
}

function grounded(
  question: string,
  sources: ReturnType<typeof sourcesOf>,
  voice: Voice,
): readonly PlannedText[] {
  const findings = findAnswers(question, sources, 3);
  if (findings.length === 0) {
    const titles = sources.map(({ title }) => title);
    return [{ text: `${voice.label}\n\n${voice.notFound(titles)}` }];
  }
  return [
    { text: `${voice.label}\n\n` },
    ...findings.map(({ sentence, citation }, index) => ({
      text: `${sentence}${index === findings.length - 1 ? '' : voice.between}`,
      citation,
    })),
  ];
}

function sourceText(turn: ModelTurn): string {
  return sourcesOf(turn)
    .map(({ text }) => text)
    .join('\n');
}

/** What tools gave since the last question, where that is the last thing in the conversation. */
function toolResults({ messages }: ModelTurn): readonly string[] {
  const last = messages.at(-1);
  if (last?.role !== 'user' || textOf(last.content) !== '') return [];
  return last.content.flatMap((block) => {
    if (block.type !== 'tool-result') return [];
    const words = block.content.map(resultText).filter((text) => text !== '');
    return [`${block.isError ? '⚠ ' : ''}${words.join('\n')}`];
  });
}

function resultText(block: TurnBlock): string {
  if (block.type === 'search-result') return block.content.join('\n');
  return block.type === 'document' ? block.text : textOf([block]);
}
