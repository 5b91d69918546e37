import { calculate } from '#local/bedrock/simulated/calculate.ts';
import { english } from '#local/bedrock/simulated/english.ts';
import { japanese } from '#local/bedrock/simulated/japanese.ts';
import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { askedLengthForm, isJapanese, topicOf } from '#local/bedrock/simulated/topic.ts';
import type { Voice } from '#local/bedrock/simulated/voice.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import { textOf, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/** The whole answer to a turn, in Markdown; it begins by saying that it is simulated. */
export function composeAnswer(turn: ModelTurn): string {
  const said = turn.messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => textOf(content))
    .filter((text) => text !== '');
  const question = said.at(-1) ?? '';
  const voice = isJapanese(question) ? japanese : english;
  const length = askedLength(question);
  const last = turn.messages.at(-1);
  const begun = last?.role === 'assistant' ? countTokens(textOf(last.content)) : 0;
  // No longer than it may be said: whoever asks for a million words gets what fits.
  const words =
    length === undefined
      ? reply(voice, question, said.slice(0, -1))
      : longText(voice, question, Math.min(length, begun + turn.maxTokens + 1));
  return `${voice.label}\n\n${words}`;
}

function reply(voice: Voice, question: string, before: readonly string[]): string {
  const calculation = calculate(question);
  if (calculation !== undefined) return voice.result(...calculation);
  if (
    /what(?:'s| is) my name|who am i|私の名前は(?:何|なん)|名前を(?:覚え|おぼえ)/iu.test(question)
  ) {
    return voice.name(nameIn([...before, question]));
  }
  if (/what did i (?:say|ask)|so far|これまで|さっき|今まで/iu.test(question)) {
    return voice.earlier(before);
  }
  if (greeting.test(question) || /^what can you do|何ができ/iu.test(question)) {
    return voice.greeting(nameIn([...before, question]));
  }
  const last = before.at(-1);
  return voice.explanation(topicOf(question), last === undefined ? undefined : topicOf(last));
}

const greeting =
  /^(?:(?:hi|hello|hey|good (?:morning|evening|afternoon))(?![\p{L}'-])|こんにちは|こんばんは|おはよう|やあ)/iu;

/** What asks for a text, and does not tell of one. */
const writing =
  /\b(?:write|generate|give|say|produce|essay|story|text|in|about|exactly)\b|書|作|生成|出力|文章/iu;

/** A length that was asked for, in tokens. */
function askedLength(question: string): number | undefined {
  const [, digits, unit = ''] = [...question.matchAll(askedLengthForm)][0] ?? [];
  if (digits === undefined || !writing.test(question)) return undefined;
  const count = Number(digits.replaceAll(',', ''));
  const [, tokensPerUnit] = unitTokens.find(([words]) => words.test(unit)) ?? [];
  return Math.round(count * (tokensPerUnit ?? 1));
}

const unitTokens: readonly (readonly [RegExp, number])[] = [
  [/word|語/iu, 1.25],
  [/char/iu, 0.25],
  [/字/u, 0.6],
];

/** Paragraphs about the topic, in an order that is always the same for the same question. */
function longText(voice: Voice, question: string, tokens: number): string {
  const available = voice.sentences(topicOf(question));
  const random = seededRandom(question);
  const paragraphs: string[][] = [];
  let last = -1;
  for (let written = 0, count = 0; written < tokens; count += 1) {
    // Never the same sentence twice in a row.
    last = (last + 1 + (random() % (available.length - 1))) % available.length;
    const sentence = available[last] ?? '';
    written += countTokens(sentence);
    if (count % 4 === 0) paragraphs.push([]);
    paragraphs.at(-1)?.push(sentence);
  }
  return paragraphs.map((sentences) => voice.paragraph(sentences)).join('\n\n');
}

function nameIn(messages: readonly string[]): string | undefined {
  const form =
    /(?:my name is|i am called|i'm called|call me)\s+([\p{L}'-]{1,40})|(?:私の名前は|私は)([\p{L}ー]{1,20}?)(?:です|と申します|といいます)/iu;
  for (const text of messages.toReversed()) {
    const [, western, eastern] = form.exec(text) ?? [];
    const name = western ?? eastern;
    if (name !== undefined) return name;
  }
  return undefined;
}
