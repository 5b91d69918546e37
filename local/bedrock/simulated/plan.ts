import type { Citation } from '#local/bedrock/turn/answer.ts';
import { composeAnswer } from '#local/bedrock/simulated/compose-answer.ts';
import { english } from '#local/bedrock/simulated/language/english.ts';
import { fillSchema } from '#local/bedrock/simulated/tool-use/fill-schema.ts';
import { readGiven } from '#local/bedrock/simulated/tool-use/fill-given.ts';
import {
  findAnswers,
  findKeySentences,
  sourcesOf,
  type Finding,
} from '#local/bedrock/simulated/find-answers.ts';
import { japanese } from '#local/bedrock/simulated/language/japanese.ts';
import { findPassage } from '#local/bedrock/simulated/find-passage.ts';
import { pickTools } from '#local/bedrock/simulated/tool-use/pick-tools.ts';
import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import type { Voice } from '#local/bedrock/simulated/language/voice.ts';
import { isJapanese } from '#local/bedrock/simulated/language/words.ts';
import {
  briefAnswer,
  isOneSentence,
  literalAnswer,
} from '#local/bedrock/simulated/short-answer.ts';
import { runTextTasks } from '#local/bedrock/simulated/text-tasks.ts';
import {
  lastUserText,
  systemText,
  textOf,
  type ModelTurn,
  type TurnBlock,
} from '#local/bedrock/turn/turn.ts';

/** The whole answer of the simulated model, before it is split into events. */
export interface Plan {
  readonly reasoning: string | undefined;
  readonly text: readonly PlannedText[];
  readonly toolUses: readonly PlannedToolUse[];
}

export interface PlannedToolUse {
  readonly name: string;
  readonly input: unknown;
}

/** A part of the text, and the source it rests on. */
export interface PlannedText {
  readonly text: string;
  readonly citation?: Citation | undefined;
}

/** Plans an answer: a tool use, JSON for a schema, a text task, an answer from sources, or prose. */
export function planAnswer(turn: ModelTurn): Plan {
  const question = lastUserText(turn);
  const voice = isJapanese(question) ? japanese : english;
  const reasoning = turn.isReasoning ? voice.reasoning(findTopic(question)) : undefined;
  const tools = pickTools(turn);
  if (tools.length > 0) {
    const isOptional = turn.toolChoice.type === 'auto';
    const names = tools.map(({ name }) => name);
    const text = isOptional ? [{ text: voice.toolUse(names) }] : [];
    const toolUses = tools.map((tool) => {
      const given = readGiven(tool, question, turn.tools);
      return { name: tool.name, input: fillSchema(tool.inputSchema, question, given) };
    });
    return { reasoning, text, toolUses };
  }
  const text = withoutPrefill(turn, planText(turn, question, voice));
  return { reasoning, text, toolUses: [] };
}

/** If the request has the beginning of the answer, the model continues after it. */
function withoutPrefill(
  { messages }: ModelTurn,
  texts: readonly PlannedText[],
): readonly PlannedText[] {
  const last = messages.at(-1);
  const prefill = last?.role === 'assistant' ? textOf(last.content) : '';
  const whole = texts.map(({ text }) => text).join('');
  if (!whole.startsWith(prefill)) return texts;
  let left = prefill.length;
  return texts.flatMap((planned) => {
    const skipped = Math.min(left, planned.text.length);
    left -= skipped;
    const isSkipped = skipped === planned.text.length;
    return isSkipped ? [] : [{ ...planned, text: planned.text.slice(skipped) }];
  });
}

function planText(turn: ModelTurn, question: string, voice: Voice): readonly PlannedText[] {
  if (turn.schema !== undefined) {
    const value = fillSchema(turn.schema, `${question}\n${sourceText(turn)}`);
    return [{ text: JSON.stringify(value) }];
  }
  const results = toolResults(turn);
  if (results.length > 0) {
    const isCited = sourcesOf(turn).some((source) => source.isRecent && source.isCited);
    const cited = isCited ? answerFromSources(turn, question, voice) : undefined;
    return cited ?? labelled(turn, voice, voice.toolResults(results));
  }
  const system = systemText(turn);
  // A text that has a task, such as a title, orders nothing itself.
  const fromTask = runTextTasks(turn, voice);
  if (fromTask !== undefined) return fromTask;
  const literal = literalAnswer(findPassage(question)?.instruction ?? question, system);
  if (literal !== undefined) return [{ text: literal }];
  const fromSources = answerFromSources(turn, question, voice);
  if (fromSources !== undefined) return fromSources;
  return [{ text: briefAnswer(question, system, voice) ?? composeAnswer(turn) }];
}

function labelled(turn: ModelTurn, voice: Voice, text: string): readonly PlannedText[] {
  return [{ text: `${voice.label(turn.agent)}\n\n${text}` }];
}

/** An answer from the sources of this turn, or from earlier ones if they clearly answer it. */
function answerFromSources(
  turn: ModelTurn,
  question: string,
  voice: Voice,
): readonly PlannedText[] | undefined {
  const passage = findPassage(question);
  if (passage !== undefined) {
    const source = { title: '', source: '', text: passage.text, isCited: false, isRecent: true };
    const sources = [{ ...source, place: 'document', index: 0 } as const];
    return toText(turn, findAnswers(passage.instruction, sources, 2), voice);
  }
  const all = sourcesOf(turn);
  const recent = all.filter(({ isRecent }) => isRecent);
  const max = isOneSentence(question, systemText(turn)) ? 1 : 3;
  const findings = findAnswers(question, recent.length > 0 ? recent : all, max);
  if (recent.length === 0) {
    // One common word does not show that the question is about an earlier source.
    const isAboutThem = (findings[0]?.score ?? 0) > 1;
    return isAboutThem ? toText(turn, findings, voice) : undefined;
  }
  if (findings.length > 0) return toText(turn, findings, voice);
  const isUnreadable = recent.every(({ text }) => text.trim() === '');
  if (!isUnreadable && aboutSource.test(question)) {
    return toText(turn, findKeySentences(recent, max), voice);
  }
  const titles = recent.map(({ title }) => title);
  const text = isUnreadable ? voice.unreadable(titles) : voice.notFound(titles);
  return labelled(turn, voice, text);
}

/** A question about a source itself: "What does this file say?" */
const aboutSource =
  /\b(?:documents?|files?|texts?|reports?|papers?|attachments?|pdf|it|this)\b|文書|資料|ファイル|内容|文章|これ/iu;

/** Sentences with a citation are parts of their own; without citations there is one text. */
function toText(
  turn: ModelTurn,
  findings: readonly Finding[],
  voice: Voice,
): readonly PlannedText[] | undefined {
  if (findings.length === 0) return undefined;
  if (findings.every(({ citation }) => citation === undefined)) {
    const sentences = findings.map(({ sentence }) => sentence);
    return labelled(turn, voice, sentences.join(voice.separator));
  }
  const parts = findings.map(({ sentence, citation }, index) => ({
    text: `${sentence}${index === findings.length - 1 ? '' : voice.separator}`,
    citation,
  }));
  return [...labelled(turn, voice, ''), ...parts];
}

function sourceText(turn: ModelTurn): string {
  return sourcesOf(turn)
    .map(({ text }) => text)
    .join('\n');
}

/** The tool results of the last message, if it has nothing else to answer. */
function toolResults({ messages }: ModelTurn): readonly string[] {
  const last = messages.at(-1);
  if (last?.role !== 'user' || textOf(last.content) !== '') return [];
  return last.content.flatMap((block) => {
    if (block.type !== 'tool-result') return [];
    const texts = block.content.map(resultText).filter((text) => text !== '');
    return [`${block.isError ? '⚠ ' : ''}${texts.join('\n')}`];
  });
}

function resultText(block: TurnBlock): string {
  if (block.type === 'search-result') return block.content.join('\n');
  return block.type === 'document' ? block.text : textOf([block]);
}
