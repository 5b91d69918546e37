import { findUserName } from '#local/bedrock/simulated/language/names.ts';

const maxSentences = 10;
const maxWords = 8;

/**
 * Returns the topic of an English text as a noun phrase: the words after "about", the subject of a
 * question, the object of a request, or else a name. These are rules of thumb, not a parser.
 */
export function findEnglishTopic(text: string): string | undefined {
  const sentences = text
    .replaceAll(/\b(what|who|how|where|when|why)['’]s\b/giu, '$1 is')
    .split(/[.!?;:](?=\s|$)|\n/u)
    .map((sentence) => sentence.match(tokenPattern) ?? [])
    .filter((tokens) => tokens.length > 0)
    .slice(0, maxSentences);
  return (
    firstTopic(sentences, [afterAbout, inQuestion, inRequest]) ??
    findUserName(text) ??
    firstTopic(sentences, [inStatement, atName, afterDeterminer])
  );
}

/** Applies each rule to all sentences before the next rule. */
function firstTopic(sentences: readonly Tokens[], rules: readonly Rule[]): string | undefined {
  for (const rule of rules) {
    for (const tokens of sentences) {
      const topic = toTopic(rule(tokens));
      if (topic !== undefined) return topic;
    }
  }
  return undefined;
}

type Rule = (tokens: Tokens) => Tokens | undefined;

/** A word, which may have marks within it and `+` or `#` at its end; or a mark. */
const tokenPattern = /[\p{L}\p{N}](?:[\p{L}\p{N}'’.+#/-]*[\p{L}\p{N}+#])?|\S/gu;

type Tokens = readonly string[];

interface NounPhrase {
  readonly words: Tokens;
  /** The token after it; empty at the end. */
  readonly next: string;
}

/** "a text about rivers", "an essay on rivers" */
function afterAbout(tokens: Tokens): Tokens | undefined {
  const starts = tokens.flatMap((token, index) => {
    const isAfterWork =
      /^(?:on|of)$/iu.test(token) && writtenWork.test(tokens[index - 1] ?? '') && index > 0;
    return /^(?:about|regarding|concerning)$/iu.test(token) || isAfterWork ? [index + 1] : [];
  });
  const phrases = starts.toReversed().map((start) => nounPhraseAt(tokens, start).words);
  return phrases.find((words) => words.length > 0);
}

const writtenWork =
  /^(?:report|essay|article|text|story|poem|haiku|song|paragraph|note|speech|letter|email|post|guide|tutorial|lesson)s?$/iu;

/** "How do rivers form?", "What is a river?", "Explain why rivers bend", "Are rivers long?" */
function inQuestion(tokens: Tokens): Tokens | undefined {
  const at = tokens.findIndex((token) => questionWord.test(token));
  if (at === -1) return auxiliary.test(tokens[0] ?? '') ? subjectAt(tokens, 1) : undefined;
  const word = (tokens[at] ?? '').toLowerCase();
  const start = at + (word === 'how' && degree.test(tokens[at + 1] ?? '') ? 2 : 1);
  const next = tokens[start] ?? '';
  if (/^(?:what|who)$/u.test(word) && copula.test(next)) {
    return nounPhraseAt(tokens, start + 1).words;
  }
  if (auxiliary.test(next)) return subjectAt(tokens, start + 1);
  // "how to bake bread"
  if (next.toLowerCase() === 'to') return nounPhraseAt(tokens, start + 2).words;
  const phrase = nounPhraseAt(tokens, start);
  const isSubject = auxiliary.test(phrase.next);
  if (/^(?:how|why|when|where)$/u.test(word)) {
    return isSubject ? phrase.words : withoutVerb(phrase);
  }
  // "which river is longest"; else "who wrote Hamlet", "what causes tides"
  return isSubject ? ['the', ...phrase.words] : nounPhraseAt(tokens, start + 1).words;
}

const questionWord = /^(?:what|who|how|why|when|where|which)$/iu;
const degree = /^(?:many|much|long|old|far|often|big|tall|fast)$/iu;
const copula = /^(?:is|are|was|were)$/iu;
const auxiliary =
  /^(?:is|are|was|were|am|be|been|do|does|did|can|could|will|would|shall|should|may|might|must|has|have|had)$/iu;
const pronoun = /^(?:i|you|we|they|he|she|it|me|us|them|there|this|that|one|someone|somebody)$/iu;

/** The subject of a question after its auxiliary; after a pronoun, the object of the verb. */
function subjectAt(tokens: Tokens, start: number): Tokens {
  const first = (tokens[start] ?? '').toLowerCase();
  if (first === 'there') return nounPhraseAt(tokens, start + 1).words;
  if (pronoun.test(first)) return objectAt(tokens, start + 1);
  return withoutVerb(nounPhraseAt(tokens, start));
}

/** "rivers form", "the sky blue": a last word that follows the subject does not belong to it. */
function withoutVerb({ words, next }: NounPhrase): Tokens {
  const last = words.at(-1) ?? '';
  const isName = /^\p{Lu}/u.test(last);
  const isShort = words.filter((word) => !determiners.has(word.toLowerCase())).length < 2;
  return isShort || isName || auxiliary.test(next) ? words : trimmed(words.slice(0, -1));
}

/** "Describe the river", "Tell me a joke", "I want to learn Spanish" */
function inRequest(tokens: Tokens): Tokens | undefined {
  const start = tokens.findIndex(
    (token) => !/^(?:please|now|then|so|and|ok|okay|[,.!])$/iu.test(token),
  );
  const first = tokens[start] ?? '';
  if (/^(?:i|we)$/iu.test(first)) {
    const after = start + (auxiliary.test(tokens[start + 1] ?? '') ? 2 : 1);
    const hasNoVerb = determiners.has((tokens[after] ?? '').toLowerCase());
    return hasNoVerb ? nounPhraseAt(tokens, after).words : objectAt(tokens, after);
  }
  return verbs.has(first.toLowerCase()) ? objectAt(tokens, start) : undefined;
}

/** The object of the verb at a place, past "me", "to learn" and a preposition. */
function objectAt(tokens: Tokens, start: number): Tokens {
  let at = start + 1;
  for (;;) {
    const token = (tokens[at] ?? '').toLowerCase();
    const isVerb = verbs.has(token) && !determiners.has((tokens[at - 1] ?? '').toLowerCase());
    if (!isVerb && !/^(?:me|us|please|to|at|for|into|in|with|like|want)$/u.test(token)) break;
    at += 1;
  }
  return nounPhraseAt(tokens, at).words;
}

/** "History of Rome", or "The book is long" */
function inStatement(tokens: Tokens): Tokens | undefined {
  const first = (tokens[0] ?? '').toLowerCase();
  if (verbs.has(first)) return undefined;
  const { next, words } = nounPhraseAt(tokens, 0);
  return next === '' || determiners.has(first) ? words : undefined;
}

/** "What's new in Node 24?" */
function atName(tokens: Tokens): Tokens | undefined {
  const at = tokens.findIndex((token, index) => index > 0 && /^\p{Lu}\p{L}/u.test(token));
  return at === -1 ? undefined : nounPhraseAt(tokens, at).words;
}

/** "Ferries cross the harbour" */
function afterDeterminer(tokens: Tokens): Tokens | undefined {
  const at = tokens.findIndex((token) => determiners.has(token.toLowerCase()));
  return at === -1 ? undefined : nounPhraseAt(tokens, at).words;
}

/** The longest noun phrase that begins at a place; empty if none does. */
function nounPhraseAt(tokens: Tokens, start: number): NounPhrase {
  const words: string[] = [];
  let at = start;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const last = (words.at(-1) ?? '').toLowerCase();
    const isFirst = words.length === 0 || connectives.has(last);
    if (determiners.has(token.toLowerCase())) {
      if (!isFirst) break;
    } else if (connectives.has(token.toLowerCase())) {
      if (isFirst) break;
    } else if (!isNoun(token) || (last === 'and' && verbs.has(token.toLowerCase()))) break;
    words.push(token);
  }
  return { words: trimmed(words), next: tokens[at] ?? '' };
}

/** Without a connective or a determiner at the end. */
function trimmed(words: Tokens): Tokens {
  const last = (words.at(-1) ?? '').toLowerCase();
  const isOpen = connectives.has(last) || determiners.has(last);
  return isOpen ? trimmed(words.slice(0, -1)) : words;
}

/** Nouns and adjectives, names, and numbers: "24/7 support", "World War 2". */
function isNoun(token: string): boolean {
  if (/^\d{1,4}(?:\/\d{1,2})?$/u.test(token)) return true;
  return /^(?:\p{L}|\d+-?\p{L})/u.test(token) && !notNouns.has(token.toLowerCase());
}

function toTopic(words: Tokens = []): string | undefined {
  const hasNoun = words.some((word) => /\p{L}/u.test(word) && !determiners.has(word.toLowerCase()));
  const isAdjective = words.length === 1 && adjectives.has((words[0] ?? '').toLowerCase());
  if (!hasNoun || isAdjective || words.length > maxWords) return undefined;
  return words.map(fromModelsView).join(' ');
}

/** The user's "my" is the model's "your". An article is no capital even where it began a sentence. */
function fromModelsView(word: string): string {
  const lower = word.toLowerCase();
  return determiners.has(lower) ? (possessives.get(lower) ?? lower) : word;
}

const possessives: ReadonlyMap<string, string> = new Map([
  ['my', 'your'],
  ['our', 'your'],
  ['your', 'my'],
]);

const determiners = wordSet('a an the my our your his her its their all some every each');
/** Words that are no topic on their own. */
const adjectives = wordSet('new wrong good better best bad next different possible true false');
const connectives = wordSet('of between and');

/** Verbs that begin a request. */
const verbs = wordSet(
  'add analyse analyze answer ask be bring build calculate call change check choose classify come compare ' +
    'compose continue convert count create define delete describe design discuss do draft draw evaluate ' +
    'examine explain explore extract fill find fix generate get give go have help highlight identify ' +
    'ignore imagine improve include introduce keep know learn let list look make mention name need note ' +
    'outline plan play prepare produce provide read recommend remember repeat remove rewrite run say see select send ' +
    'show sing sort speak start stop suggest summarise summarize take talk teach tell test think ' +
    'translate try understand use wait want watch work write',
);

/** Words that end a noun phrase, or that are no topic. */
const notNouns = wordSet(
  'i you we they he she it me us them there this that these those one someone somebody something ' +
    'anything nothing everything everyone anyone nobody ' +
    'is are was were am be been being do does did can could will would shall should may might must ' +
    'has have had having ' +
    'about above after again against along among around as at because before behind below beside but ' +
    'by down during except for from if in inside into like near nor not off on onto or out outside ' +
    'over per since so than though through to toward under until unless up upon via when where ' +
    'which while who whom whose why how what with within without ' +
    'also already always ever just maybe more most much many never now often only please quite ' +
    'really soon still then too very yes no ok okay thanks thank hello hi hey bye goodbye sorry sure ' +
    'great cool go here today tomorrow yesterday right well',
);

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
