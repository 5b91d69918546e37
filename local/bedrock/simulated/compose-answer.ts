import { calculate } from '#local/bedrock/simulated/calculate.ts';
import { english } from '#local/bedrock/simulated/language/english.ts';
import { japanese } from '#local/bedrock/simulated/language/japanese.ts';
import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { findUserName } from '#local/bedrock/simulated/language/names.ts';
import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import type { Voice } from '#local/bedrock/simulated/language/voice.ts';
import { isJapanese, lengthPattern } from '#local/bedrock/simulated/language/words.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import { textOf, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/** Returns the whole answer to a turn in Markdown. It begins with a label: it is simulated. */
export function composeAnswer(turn: ModelTurn): string {
  const userTexts = turn.messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => textOf(content))
    .filter((text) => text !== '');
  const question = userTexts.at(-1) ?? '';
  const voice = isJapanese(question) ? japanese : english;
  const length = requestedTokens(question);
  const last = turn.messages.at(-1);
  const prefillTokens = last?.role === 'assistant' ? countTokens(textOf(last.content)) : 0;
  // A request for a million words is cut at the token limit of the answer.
  const text =
    length === undefined
      ? reply(voice, question, userTexts.slice(0, -1), turn.agent)
      : longText(voice, question, Math.min(length, prefillTokens + turn.maxTokens + 1));
  return `${voice.label(turn.agent)}\n\n${text}`;
}

function reply(
  voice: Voice,
  question: string,
  before: readonly string[],
  agent: string | undefined,
): string {
  const calculation = calculate(question);
  if (calculation !== undefined) return voice.calculation(...calculation);
  if (
    /what(?:'s| is) my name|who am i|私の名前は(?:何|なん)|名前を(?:覚え|おぼえ)/iu.test(question)
  ) {
    return voice.userName(userNameIn([...before, question]));
  }
  if (/what did i (?:say|ask)|so far|これまで|さっき|今まで/iu.test(question)) {
    return voice.earlierMessages(before);
  }
  if (greeting.test(question) || aboutYou.test(question)) {
    return voice.greeting(userNameIn([...before, question]), agent);
  }
  const last = before.at(-1);
  return voice.explanation(findTopic(question), last === undefined ? undefined : findTopic(last));
}

const greeting =
  /^(?:(?:hi|hello|hey|good (?:morning|evening|afternoon))(?![\p{L}'-])|こんにちは|こんばんは|おはよう|やあ)/iu;

const aboutYou =
  /^(?:(?:who|what) are you|what can you do)|何ができ|(?:あなた|君)は(?:誰|だれ|何者)/iu;

/** Tells a request for a text from a statement about one. */
const writingRequest =
  /\b(?:write|generate|give|say|produce|essay|story|text|in|about|exactly)\b|書|作|生成|出力|文章/iu;

/** The requested length, in tokens. */
function requestedTokens(question: string): number | undefined {
  const [, digits, unit = ''] = [...question.matchAll(lengthPattern)][0] ?? [];
  if (digits === undefined || !writingRequest.test(question)) return undefined;
  const count = Number(digits.replaceAll(',', ''));
  const [, tokensPerUnit] = unitTokens.find(([pattern]) => pattern.test(unit)) ?? [];
  return Math.round(count * (tokensPerUnit ?? 1));
}

const unitTokens: readonly (readonly [RegExp, number])[] = [
  [/word|語/iu, 1.25],
  [/char/iu, 0.25],
  [/字/u, 0.6],
];

/** Paragraphs about the topic. Their sentences have the same order for the same question. */
function longText(voice: Voice, question: string, tokens: number): string {
  const available = voice.sentences(findTopic(question));
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
  return paragraphs.map((sentences) => sentences.join(voice.separator)).join('\n\n');
}

/** The name by which the user last introduced themselves. */
function userNameIn(messages: readonly string[]): string | undefined {
  return messages.map(findUserName).findLast((name) => name !== undefined);
}
