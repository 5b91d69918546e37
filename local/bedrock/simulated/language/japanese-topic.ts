import { findUserName } from '#local/bedrock/simulated/language/names.ts';
import { segmentsOf } from '#local/bedrock/simulated/language/words.ts';

/**
 * Returns the topic of a Japanese text as a noun phrase: the words before 「について」 or another
 * topic marker, or else its longest run of kanji, katakana and Latin letters.
 */
export function findJapaneseTopic(text: string): string | undefined {
  const sentences = text.replace(greeting, '').split(/[。！？!?\n]/u);
  const runs = text.replaceAll(requestPattern, ' ').match(nounRun) ?? [];
  return (
    firstBefore(sentences, topicMarkers) ??
    findUserName(text) ??
    firstBefore(sentences, particles) ??
    runs.toSorted((a, b) => b.length - a.length)[0]
  );
}

/** Applies each marker to all sentences before the next marker. */
function firstBefore(sentences: readonly string[], markers: readonly RegExp[]): string | undefined {
  for (const marker of markers) {
    for (const sentence of sentences) {
      const match = marker.exec(sentence);
      const phrase = match === null ? '' : nounPhraseBefore(sentence.slice(0, match.index));
      if (phrase !== '') return phrase;
    }
  }
  return undefined;
}

const topicMarkers = [
  /について|に関して|に関する|にまつわる/u,
  /とは(?:$|[\s、何など])|って(?:何|なに|どう)/u,
  /を(?=\s*(?:教え|説明|紹介|解説|まとめ|要約|比較|書い|作))/u,
];

const particles = [
  /を(?!\S{0,8}として)/u,
  /は(?=$|[\s、\d何どいだ誰なあ本最]|[\p{Script=Han}\p{Script=Katakana}])/u,
];

const greeting =
  /^\s*(?:こんにちは|こんばんは|おはよう(?:ございます)?|はじめまして|すみません|ありがとう(?:ございます)?)/u;

/** A request without an object: 「説明してください」 */
const requestPattern =
  /(?:説明|紹介|要約|翻訳|比較|解説|計算|質問|確認|分析|続行|継続)(?:を?(?:して|する|し|お願い)\S*)?/gu;

const nounRun =
  /[\p{Script=Han}\p{Script=Katakana}\p{Script=Latin}ー]{2,40}(?:の[\p{Script=Han}\p{Script=Katakana}ー]{2,40})?/gu;

/** Returns the noun phrase at the end of a clause; empty if there is none. */
function nounPhraseBefore(clause: string): string {
  const [, quotation] = /[「『]([^「」『』]{1,40})[」』]\s*$/u.exec(clause) ?? [];
  if (quotation !== undefined) return quotation;
  const segments = segmentsOf(clause);
  // 「東京での生活」 is one phrase.
  const boundary = segments.findLastIndex(
    (segment, index) => boundaries.test(segment) && segments[index + 1] !== 'の',
  );
  const phrase = segments
    .slice(boundary + 1)
    .join('')
    .replace(fillers, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  // A single kana is a fragment of a word.
  const isNoun = /\p{Script=Han}|\p{L}{2}/u.test(phrase);
  return isNoun && !pronouns.test(phrase) ? phrase : '';
}

/** Particles and marks that end a clause. */
const boundaries =
  /^(?:は|が|を|も|に|で|へ|から|まで|ので|けど|よう|ように|ために|として|では|には|[、，,:：;；（）()「」『』])$/u;

const fillers =
  /^(?:なぜ|どうして|どのように|じゃあ|まず|また|もっと|もう少し|詳しく|ちょっと|あの|えっと|の|と|や|\s)+/u;

const pronouns =
  /^(?:これ|それ|あれ|どれ|ここ|そこ|こちら|そちら|私|わたし|僕|ぼく|俺|あなた|何|なに|誰|だれ|どこ|いつ|もの|こと|話)$/u;
