import type { Citation } from '#local/bedrock/turn/answer.ts';
import { composeAnswer } from '#local/bedrock/simulated/compose-answer.ts';
import { english } from '#local/bedrock/simulated/language/english.ts';
import { fillSchema } from '#local/bedrock/simulated/fill-schema.ts';
import { findAnswers, sourcesOf, type Finding } from '#local/bedrock/simulated/find-answers.ts';
import { japanese } from '#local/bedrock/simulated/language/japanese.ts';
import { passageIn } from '#local/bedrock/simulated/find-passage.ts';
import { pickTool } from '#local/bedrock/simulated/pick-tool.ts';
import { isJapanese, topicOf } from '#local/bedrock/simulated/language/topic.ts';
import type { Voice } from '#local/bedrock/simulated/language/voice.ts';
import { workOn } from '#local/bedrock/simulated/text-tasks.ts';
import { lastUserText, textOf, type ModelTurn, type TurnBlock } from '#local/bedrock/turn/turn.ts';

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
  const text = restOf(turn, planText(turn, question, voice));
  return { reasoning, text, toolUse: undefined };
}

/** A model that is given the beginning of its answer says only what comes after it. */
function restOf({ messages }: ModelTurn, texts: readonly PlannedText[]): readonly PlannedText[] {
  const last = messages.at(-1);
  const begun = last?.role === 'assistant' ? textOf(last.content) : '';
  if (
    !texts
      .map(({ text }) => text)
      .join('')
      .startsWith(begun)
  )
    return texts;
  let left = begun.length;
  return texts.flatMap((planned) => {
    const said = Math.min(left, planned.text.length);
    left -= said;
    return said === planned.text.length ? [] : [{ ...planned, text: planned.text.slice(said) }];
  });
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
  return grounded(turn, question, voice) ?? [{ text: composeAnswer(turn) }];
}

/** An answer from what the turn brings along, or brought along earlier and which has an answer. */
function grounded(
  turn: ModelTurn,
  question: string,
  voice: Voice,
): readonly PlannedText[] | undefined {
  const brought = passageIn(question);
  if (brought !== undefined) {
    const source = { title: '', source: '', text: brought.text, isCited: false, isRecent: true };
    const own = [{ ...source, place: 'document', index: 0 } as const];
    return toText(findAnswers(brought.instruction, own, 2), voice);
  }
  const all = sourcesOf(turn);
  const recent = all.filter(({ isRecent }) => isRecent);
  const findings = findAnswers(question, recent.length > 0 ? recent : all, 3);
  if (recent.length === 0) {
    // What was asked before is over, unless this is about it.
    const isAboutThem = (findings[0]?.score ?? 0) > 1;
    return isAboutThem ? toText(findings, voice) : undefined;
  }
  if (findings.length > 0) return toText(findings, voice);
  const unread = recent.every(({ text }) => text.trim() === '');
  const titles = recent.map(({ title }) => title);
  const words = unread ? voice.unreadable(titles) : voice.notFound(titles);
  return [{ text: `${voice.label}\n\n${words}` }];
}

/** What is cited is a part of its own; what is not is one text. */
function toText(findings: readonly Finding[], voice: Voice): readonly PlannedText[] | undefined {
  if (findings.length === 0) return undefined;
  const head = `${voice.label}\n\n`;
  if (findings.every(({ citation }) => citation === undefined)) {
    return [{ text: head + findings.map(({ sentence }) => sentence).join(voice.between) }];
  }
  const parts = findings.map(({ sentence, citation }, index) => ({
    text: `${sentence}${index === findings.length - 1 ? '' : voice.between}`,
    citation,
  }));
  return [{ text: head }, ...parts];
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
