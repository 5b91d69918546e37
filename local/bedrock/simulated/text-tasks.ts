import { english } from '#local/bedrock/simulated/language/english.ts';
import { sourcesOf } from '#local/bedrock/simulated/find-answers.ts';
import { japanese } from '#local/bedrock/simulated/language/japanese.ts';
import { keywordsOf } from '#local/bedrock/simulated/language/keywords.ts';
import { passageIn, type Brought } from '#local/bedrock/simulated/find-passage.ts';
import type { PlannedText } from '#local/bedrock/simulated/plan.ts';
import { sentencesOf } from '#local/bedrock/simulated/language/sentences.ts';
import { sentimentOf } from '#local/bedrock/simulated/language/sentiment.ts';
import { tellingSentences } from '#local/bedrock/simulated/language/topic.ts';
import type { Voice } from '#local/bedrock/simulated/language/voice.ts';
import { lastUserText, textOf, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/**
 * Small honest work on a text that a turn brings along: its summary, sentiment or key phrases, or
 * several of them; as JSON where JSON is asked for. Nothing where none of it is asked.
 */
export function workOn(turn: ModelTurn, voice: Voice): readonly PlannedText[] | undefined {
  const question = lastUserText(turn);
  const system = textOf(turn.system);
  const documents = sourcesOf(turn).filter(({ isRecent }) => isRecent);
  const own = ownWork(question);
  // A system prompt says what to do with a text; a question is a question all the same.
  const isText = question.length >= 40 && !/[?？]\s*$/u.test(question);
  const task = own ?? (isText ? { instruction: system, text: question } : undefined);
  const wanted = task === undefined ? [] : wantedIn(task.instruction);
  if (task === undefined || wanted.length === 0) return undefined;
  const given = documents.length > 0 ? documents.map((one) => one.text).join('\n') : task.text;
  const text = withoutLabels(given);
  if (text.trim() === '') return undefined;
  if (/\bjson\b/iu.test(`${system}\n${question}`)) {
    const parts = wanted.map((kind) => asJson(kind, text));
    return [{ text: JSON.stringify(Object.assign({}, ...parts)) }];
  }
  const parts = wanted.map((kind) => inWords({ kind, text, voice, instruction: task.instruction }));
  return [{ text: [voice.label, ...parts].join('\n\n') }];
}

/** What was written here before says so; that is no part of it. */
function withoutLabels(text: string): string {
  return [english, japanese].reduce((rest, { label }) => rest.replaceAll(label, ''), text);
}

/** What the user wants done, and to which text: said before it, after it, or around it. */
function ownWork(question: string): Brought | undefined {
  const brought = passageIn(question);
  if (brought !== undefined) return wantedIn(brought.instruction).length > 0 ? brought : undefined;
  const [, before = '', after = ''] = /^([^\n:：]{1,200})[:：\n]\s*([^]+)$/u.exec(question) ?? [];
  if (wantedIn(before).length > 0) return { instruction: before, text: after };
  const sentences = sentencesOf(question.slice(0, 100_000));
  const said = [...new Set([sentences[0], sentences.at(-1)])].filter(
    (sentence) => sentence !== undefined && wantedIn(sentence).length > 0,
  );
  if (said.length === 0) return undefined;
  const text = sentences.filter((sentence) => !said.includes(sentence)).join(' ');
  return { instruction: said.join(' '), text };
}

type Work = 'summary' | 'sentiment' | 'keywords';

const kinds: readonly (readonly [Work, RegExp])[] = [
  ['summary', /summar|in short|tl;?dr|condense|要約|まとめて|概要/iu],
  ['sentiment', /sentiment|emotional tone|positive or negative|感情|ポジティブ|センチメント/iu],
  ['keywords', /key ?words|key ?phrases|main topics|キーワード|重要語/iu],
];

function wantedIn(text: string): readonly Work[] {
  return kinds.filter(([, form]) => form.test(text)).map(([kind]) => kind);
}

function asJson(kind: Work, text: string): Readonly<Record<string, unknown>> {
  if (kind === 'summary') return { summary: tellingSentences(text, 3).join(' ') };
  if (kind === 'keywords') return { keywords: keywordsOf(text, 8) };
  const { label, score } = sentimentOf(text);
  return { sentiment: label, score };
}

interface Task extends Brought {
  readonly kind: Work;
  readonly voice: Voice;
}

function inWords({ kind, text, voice, instruction }: Task): string {
  const count = countIn(instruction);
  if (kind === 'keywords') return voice.keywords(keywordsOf(text, count ?? 8));
  if (kind === 'summary') {
    const sentences = tellingSentences(text, count ?? 3);
    return count === 1 ? sentences.join(' ') : voice.summary(sentences);
  }
  const sentiment = sentimentOf(text);
  const isBrief = /one word|single word|一語|一言/iu.test(instruction);
  return isBrief ? sentiment.label : voice.sentiment(sentiment);
}

/** How many are asked for: "in one sentence", "five key phrases", 「3つ」. */
function countIn(instruction: string): number | undefined {
  const form =
    /(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:sentences?|key\s?words|key\s?phrases|bullets?|points?|words)|(\d{1,2})\s*(?:つ|個|点|文|語)/iu;
  const [, western, eastern] = form.exec(instruction) ?? [];
  const word = (western ?? eastern ?? '').toLowerCase();
  if (word === '') return undefined;
  const named = ' one two three four five six seven eight nine ten'.split(' ').indexOf(word);
  return Math.max(1, named > 0 ? named : Number(word));
}
