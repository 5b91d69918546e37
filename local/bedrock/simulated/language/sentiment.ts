import { isJapanese } from '#local/bedrock/simulated/language/words.ts';

/** The tone of a text. */
export interface Sentiment {
  readonly label: 'positive' | 'negative' | 'neutral' | 'mixed';
  /** From -1 to 1, rounded to hundredths. */
  readonly score: number;
}

/** Returns the tone of a text by counting positive and negative words. A negation inverts a word. */
export function sentimentOf(text: string): Sentiment {
  const [good, bad] = isJapanese(text) ? countJapanese(text) : countEnglish(text);
  const score = good + bad === 0 ? 0 : Math.round((100 * (good - bad)) / (good + bad)) / 100;
  if (good > 0 && bad > 0 && Math.abs(score) < 0.34) return { label: 'mixed', score };
  if (score === 0) return { label: 'neutral', score };
  return { label: score > 0 ? 'positive' : 'negative', score };
}

function countEnglish(text: string): readonly [good: number, bad: number] {
  const words = text.toLowerCase().match(/[a-z']+/gu) ?? [];
  let [good, bad] = [0, 0];
  for (const [index, word] of words.entries()) {
    const tone = toneOf(word);
    const before = words.slice(Math.max(0, index - 3), index);
    const isNegated = before.some((other) =>
      /^(?:not|no|never|hardly|without|\w+n't)$/u.test(other),
    );
    if (tone * (isNegated ? -1 : 1) > 0) good += 1;
    else if (tone !== 0) bad += 1;
  }
  return [good, bad];
}

function toneOf(word: string): number {
  if (goodWords.test(word)) return 1;
  return badWords.test(word) ? -1 : 0;
}

const goodWords =
  /^(?:good|great|excellent|amazing|awesome|wonderful|fantastic|perfect|best|better|love[sd]?|like[sd]|enjoy\w*|happy|happily|pleas(?:ed|ant|ure)|delight\w*|fast|quick\w*|easy|easily|helpful|friendly|reliable|beautiful\w*|recommend\w*|impress\w*|success\w*|thank\w*|satisf(?:ied|ying)|smooth\w*|nice|superb|improv\w+|win|won|growth|gain\w*|profit\w*|positive|lovely|kind(?:ly|ness)?|charming|comfort(?:able|ably)|clean|tasty|delicious|fun|glad|brilliant|outstanding|cheerful|polite|generous|elegant|stunning|spotless|welcoming|attentive|worth)$/u;

const badWords =
  /^(?:bad|worse|worst|terrible|awful|horrible|poor\w*|hate[sd]?|angry|annoy\w*|disappoint\w*|slow\w*|difficult|hard|broken|breaks?|breaking|bug\w*|crash\w*|fail\w*|error\w*|problem\w*|issue\w*|useless|rude|expensive|ugly|unreliable|wrong|sad\w*|unhappy|dirty|late|delay\w*|los(?:e|t|s|ses)|decline\w*|refund\w*|complain\w*|negative|confus\w+|frustrat\w*|damage\w*|missing|boring|noisy|cold|overpriced|waste[ds]?|mediocre|filthy|smell[sy]\w*|pain\w*|scary|tired|unhelpful|careless|ignored|cheated|scam)$/u;

function countJapanese(text: string): readonly [good: number, bad: number] {
  const good = text.match(goodJapanese)?.length ?? 0;
  const bad = text.match(badJapanese)?.length ?? 0;
  // 「良くない」「便利ではない」: positive words that are negated.
  const negated = text.match(negatedJapanese)?.length ?? 0;
  // 「悪くない」: negative words that are negated.
  const notBad = text.match(/悪く(?:は)?(?:ない|なかった|ありません)/gu)?.length ?? 0;
  return [Math.max(0, good - negated) + notBad, bad + negated];
}

const goodJapanese =
  /良い|良か|良く|いい|よかった|素晴らし|すばらし|最高|嬉し|うれし|楽し|満足|好き|便利|快適|美味し|おいし|おすすめ|感動|感謝|ありがと|完璧|優れ|丁寧|親切|早い|速い|きれい|綺麗|成功|改善|向上|増加|期待以上/gu;

const badJapanese =
  /悪い|悪かった|最悪|残念|不満|不便|嫌い|ひど|酷い|遅い|遅か|遅れ|壊れ|失敗|問題|故障|高すぎ|つまらな|面倒|困っ|困り|怒り|がっかり|失望|汚い|まずい|悲し|辛い|エラー|不具合|低下|減少|悪化|足りな|遅く|潰れ|つぶれ|汚れ|重すぎ|使いにく|二度と/gu;

const negatedJapanese =
  /(?:良く|よく|満足でき|好きで(?:は|も)?|便利で(?:は|も)?|快適で(?:は|も)?|楽しく|早く|速く|おすすめでき|きれいで(?:は|も)?)(?:あり)?(?:ない|なかった|ません)/gu;
