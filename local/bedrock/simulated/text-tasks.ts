import {
  findKeySentences,
  sourcesOf,
  type Finding,
} from '#local/bedrock/simulated/find-answers.ts';
import { findPassage, type Passage } from '#local/bedrock/simulated/find-passage.ts';
import { keyPhrases } from '#local/bedrock/simulated/language/keywords.ts';
import { sentencesOf } from '#local/bedrock/simulated/language/sentences.ts';
import { sentimentOf } from '#local/bedrock/simulated/language/sentiment.ts';
import { keySentences, withoutOwnHeadings } from '#local/bedrock/simulated/language/summary.ts';
import { makeTitle, titleRequest } from '#local/bedrock/simulated/language/title.ts';
import type { Voice } from '#local/bedrock/simulated/language/voice.ts';
import type { PlannedText } from '#local/bedrock/simulated/plan.ts';
import { lastUserText, systemText, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/**
 * Returns the result of the tasks that a turn requests for a text: a summary, sentiment, key
 * phrases or a title, as JSON if the turn mentions JSON. Returns undefined if it requests none.
 */
export function runTextTasks(turn: ModelTurn, voice: Voice): readonly PlannedText[] | undefined {
  const question = withoutOwnHeadings(lastUserText(turn));
  const system = systemText(turn);
  const sources = sourcesOf(turn);
  const recent = sources.filter(({ isRecent }) => isRecent);
  // The system prompt may request a task for every text, but a question is not such a text.
  const isText = question.length >= 40 && !/[?？]\s*$/u.test(question);
  const request =
    findRequest(question) ?? (isText ? { instruction: system, text: question } : undefined);
  const tasks = request === undefined ? [] : tasksIn(request.instruction);
  if (request === undefined || tasks.length === 0) return undefined;
  // "Summarize it" is about an earlier document, unless there is a text.
  const documents = recent.length > 0 || request.text.trim().length >= 40 ? recent : sources;
  const source =
    documents.length > 0 ? documents.map((document) => document.text).join('\n') : request.text;
  const text = withoutOwnHeadings(source);
  if (text.trim() === '') return undefined;
  if (/\bjson\b/iu.test(`${system}\n${question}`)) {
    const results = tasks.map((task) => toJson(task, text));
    return [{ text: JSON.stringify(Object.assign({}, ...results)) }];
  }
  // Whoever asks for a title wants nothing else, not even the label.
  if (tasks.every((task) => task === 'title')) return [{ text: makeTitle(text) }];
  const { instruction } = request;
  const results = tasks.map((task): readonly PlannedText[] => {
    if (task !== 'summary') return [{ text: toText(task, text, voice, instruction) }];
    const findings =
      documents.length > 0
        ? findKeySentences(documents, countIn(instruction) ?? 3)
        : keySentences(text, countIn(instruction) ?? 3).map(uncited);
    return toSummary(findings, voice, instruction);
  });
  const label = { text: voice.label(turn.agent) };
  const gap: PlannedText = { text: '\n\n' };
  return joinUncited([label, ...results.flatMap((parts) => [gap].concat(parts))]);
}

/** The instruction may stand before the text, after it, or around it. */
function findRequest(question: string): Passage | undefined {
  const passage = findPassage(question);
  if (passage !== undefined) return tasksIn(passage.instruction).length > 0 ? passage : undefined;
  const [, before = '', after = ''] = /^([^\n:：]{1,200})[:：\n]\s*([^]+)$/u.exec(question) ?? [];
  if (tasksIn(before).length > 0) return { instruction: before, text: after };
  const sentences = sentencesOf(question.slice(0, 100_000));
  const instructions = [...new Set([sentences[0], sentences.at(-1)])].filter(
    (sentence) => sentence !== undefined && tasksIn(sentence).length > 0,
  );
  if (instructions.length === 0) return undefined;
  const text = sentences.filter((sentence) => !instructions.includes(sentence)).join(' ');
  return { instruction: instructions.join(' '), text };
}

type TextTask = 'summary' | 'sentiment' | 'keywords' | 'title';

const taskPatterns: readonly (readonly [TextTask, RegExp])[] = [
  [
    'summary',
    /summar|\bsum(?:ming)? (?:it |this |them )?up\b|in short|tl;?dr|condense|要約|まとめて|概要/iu,
  ],
  ['sentiment', /sentiment|emotional tone|positive or negative|感情|ポジティブ|センチメント/iu],
  ['keywords', /key ?words|key ?phrases|main topics|キーワード|重要語/iu],
  ['title', titleRequest],
];

function tasksIn(instruction: string): readonly TextTask[] {
  return taskPatterns.filter(([, pattern]) => pattern.test(instruction)).map(([task]) => task);
}

function toJson(task: TextTask, text: string): Readonly<Record<string, unknown>> {
  if (task === 'summary') return { summary: keySentences(text, 3).join(' ') };
  if (task === 'keywords') return { keywords: keyPhrases(text, 8) };
  if (task === 'title') return { title: makeTitle(text) };
  const { label, score } = sentimentOf(text);
  return { sentiment: label, score };
}

const uncited = (sentence: string): Finding => ({ sentence, citation: undefined, score: 0 });

/** The sentences of a summary are parts of their own, so that each can have its citation. */
function toSummary(
  findings: readonly Finding[],
  voice: Voice,
  instruction: string,
): readonly PlannedText[] {
  const isText = countIn(instruction) === 1 || /paragraph|段落/iu.test(instruction);
  const [first, next] = isText ? ['', voice.separator] : [`${voice.summaryHeading}\n\n- `, '\n- '];
  return findings.flatMap(({ sentence, citation }, index) => [
    { text: index === 0 ? first : next },
    { text: sentence, citation },
  ]);
}

/** Joins the parts between two citations, so that they are one block. */
function joinUncited(parts: readonly PlannedText[]): readonly PlannedText[] {
  const joined: PlannedText[] = [];
  for (const part of parts.filter(({ text }) => text !== '')) {
    const last = joined.at(-1);
    const isPlain = part.citation === undefined && last?.citation === undefined;
    if (isPlain && last !== undefined) joined[joined.length - 1] = { text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}

function toText(
  task: Exclude<TextTask, 'summary'>,
  text: string,
  voice: Voice,
  instruction: string,
): string {
  const count = countIn(instruction);
  if (task === 'keywords') return voice.keyPhrases(keyPhrases(text, count ?? 8));
  if (task === 'title') return makeTitle(text);
  const sentiment = sentimentOf(text);
  const isBrief = /one word|single word|一語|一言/iu.test(instruction);
  return isBrief ? sentiment.label : voice.sentiment(sentiment);
}

/** Returns the requested number of items: "in one sentence", "five key phrases", 「3つ」. */
function countIn(instruction: string): number | undefined {
  const pattern =
    /(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:sentences?|key\s?words|key\s?phrases|bullets?|points?|words)|(\d{1,2})\s*(?:つ|個|点|文|語)/iu;
  const [, english, japanese] = pattern.exec(instruction) ?? [];
  const word = (english ?? japanese ?? '').toLowerCase();
  if (word === '') return undefined;
  const named = ' one two three four five six seven eight nine ten'.split(' ').indexOf(word);
  return Math.max(1, named > 0 ? named : Number(word));
}
