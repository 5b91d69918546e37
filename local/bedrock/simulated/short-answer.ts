import { calculate } from '#local/bedrock/simulated/calculate.ts';
import { countNumbers } from '#local/bedrock/simulated/count-numbers.ts';
import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import type { Voice } from '#local/bedrock/simulated/language/voice.ts';
import { contentWords, isJapanese } from '#local/bedrock/simulated/language/words.ts';

/** Instructions about length are short. */
const maxCharacters = 2_000;

/**
 * Returns the words that a question or its system prompt asks for: a text to repeat, or numbers to
 * count. Whoever asks for them wants nothing else, not even the label.
 */
export function literalAnswer(question: string, system: string): string | undefined {
  if (question.length > maxCharacters) return undefined;
  return (
    repeatedText(question) ??
    countNumbers(question) ??
    (system.length > maxCharacters ? undefined : repeatedText(system))
  );
}

function repeatedText(text: string): string | undefined {
  for (const pattern of repetitions) {
    const [whole = '', ...parts] = pattern.exec(text.trim()) ?? [];
    const found = parts.find((part) => part !== undefined)?.trim();
    if (whole === '' || found === undefined || isForm.test(found)) continue;
    return withoutQuotes(found);
  }
  const [, greeting] = sayHello.exec(text.trim()) ?? [];
  if (greeting !== undefined) return `${greeting.charAt(0).toUpperCase()}${greeting.slice(1)}!`;
  return undefined;
}

/** "Reply with JSON only" asks for a form, and not for this word. */
const isForm =
  /^(?:$|(?:json|xml|yaml|csv|html|markdown|sql|code|plain|english|japanese|french|german|spanish|chinese|numbers?|digits?|bullets?|words?|letters?|facts?|it|this|that|so|one|text|yes|no|prose)[.!]?$)/iu;

const verbs = '(?:reply|respond|answer|say|output|return|write|print|echo|repeat|type|send)';
const quote = '["“\'`‘「『]([^"”`’」』\\n]{1,500})["”\'`’」』]';

const repetitions: readonly RegExp[] = [
  // Reply with exactly: OK. Respond only with "OK".
  `${verbs}(?:\\s+(?:back|me|to me|with|using|by saying))*\\s+(?:with\\s+)?(?:(?:exactly|only|just|verbatim|precisely|simply|nothing but|literally)\\s+)?(?:with\\s+)?(?:(?:exactly|only|just|precisely)\\s*)?(?:(?:the|this|these)\\s+)?(?:(?:exact|following|single|one)\\s+)*(?:words?|text|string|phrase|sentence|line|message|letters?)?(?:\\s+(?:exactly|only))?\\s*[:：]?\\s*${quote}(?:\\s+(?:and nothing else|only|exactly|verbatim|back|please))*[.!]?$`,
  `\\b${verbs}(?:\\s+(?:back|with|only|just))*\\s+(?:exactly|only|verbatim|precisely|the following(?:\\s+\\w+)?|after me|this)(?:\\s+(?:with|this|the words?|the text))?\\s*[:：]\\s*(\\S[^]*)$`,
  `^(?:please\\s+)?(?:echo|repeat|say)\\s*[:：]\\s*(\\S[^]*)$`,
  `\\b${verbs}\\s+with\\s+(?:exactly|only|just|nothing but|the word|the single word)\\s+(?!an?\\b|the\\b|one\\b|two\\b|three\\b|your\\b|valid\\b|json\\b|\\d)([^\\s.,!?]{1,40})(?:\\s+and nothing else)?[.!]?$`,
  `\\b(?:just|simply|only)\\s+(?:say|answer|reply|output|print|write)\\s+(?:with\\s+)?(?!an?\\b|the\\b|one\\b|your\\b|what\\b|yes or no\\b|in\\b|\\d)([^\\s.,!?]{1,40})[.!]?$`,
  `\\b(?:reply|respond|answer|say)\\s+(?:with\\s+)?(?:the word\\s+)?(?!yes or\\b|true or\\b)([^\\s.,!?:]{1,40})\\s+(?:only|and nothing else)[.!]?$`,
  // 「OK」とだけ答えて。次の言葉をそのまま返して：OK
  `[「『"'\`]([^」』"'\`\\n]{1,500})[」』"'\`]と(?:だけ|のみ)?(?:答え|返|言|回答|返答|返信|出力|書)`,
  `(?:^|[、。\\s])([^\\s、。「」]{1,40})と(?:だけ|のみ)(?:答え|返|言|回答|返答|返信|出力|書)`,
  `(?:そのまま|正確に|次のとおり|以下のとおり|次の(?:言葉|文|文字列)(?:だけ)?(?:を|で))[^:：\\n]{0,20}[:：]\\s*(\\S[^]*)$`,
].map((source) => new RegExp(source, 'iu'));

const sayHello =
  /^(?:please\s+|just\s+)*say\s+(hello|hi|hey|goodbye|bye|good morning)(?:\s+to\s+\w+)?[.!]?$/iu;

function withoutQuotes(text: string): string {
  const [, quoted] = new RegExp(`^${quote}[.。]?$`, 'u').exec(text) ?? [];
  return quoted ?? text;
}

/** Returns a short answer of the form that a question or its system prompt asks for. */
export function briefAnswer(question: string, system: string, voice: Voice): string | undefined {
  const form = formOf(question, system);
  if (form === undefined) return undefined;
  const subject = question.replaceAll(forms, ' ').replaceAll(/[\s.。、,]+$/gu, '');
  const value = calculate(subject)?.[1];
  const [sentence, mark] = [voice.sentences(findTopic(subject))[1] ?? '', voice.mark];
  switch (form.type) {
    case 'choice':
      return form.word;
    case 'sentence':
      return value ?? `${mark}${sentence}`;
    case 'words':
      if (value !== undefined) return value;
      return form.count === 1
        ? oneWord(subject)
        : `${sentence.split(/\s+/u).slice(0, form.count).join(' ').replace(/\W+$/u, '')}.`;
  }
}

/** Returns whether a question asks for one sentence at most. */
export function isOneSentence(question: string, system: string): boolean {
  return formOf(question, system)?.type === 'sentence';
}

type Form =
  | { readonly type: 'choice'; readonly word: string }
  | { readonly type: 'words'; readonly count: number }
  | { readonly type: 'sentence' };

function formOf(question: string, system: string): Form | undefined {
  if (question.length > maxCharacters) return undefined;
  const inSystem = system.length > maxCharacters ? undefined : formIn(system);
  return formIn(question) ?? (briefly.test(question) ? { type: 'sentence' } : inSystem);
}

function formIn(text: string): Form | undefined {
  const [, ...named] = choices.exec(text) ?? [];
  const choice = named.find((word) => word !== undefined);
  if (choice !== undefined) return { type: 'choice', word: choice };
  if (sentences.test(text)) return { type: 'sentence' };
  const [whole, count = 'one'] = wordCounts.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const at = counts.indexOf(count.toLowerCase());
  return { type: 'words', count: at === -1 ? Math.max(1, Number(count) || 1) : at + 1 };
}

const counts = 'one two three four five six seven eight nine ten'.split(' ');

const limit = '(?:(?:only|just|exactly|at most|a|no more than|under)\\s+)*';
const choices =
  /\b(yes)\s*(?:or|\/)\s*no\b|\b(true)\s*(?:or|\/)\s*false\b|(はい)\s*(?:か|または|もしくは|・|\/|、)\s*いいえ/iu;
const sentences = new RegExp(
  `\\b(?:in|with)\\s+${limit}(?:one|single|1)\\s+(?:short\\s+|single\\s+)?sentence\\b|\\bone[- ]sentence\\b|(?:一文|1文|１文|一行|1行)で`,
  'iu',
);
const wordCounts = new RegExp(
  `\\b(?:in|with|using)\\s+${limit}(one|two|three|four|five|six|seven|eight|nine|ten|single|\\d|1\\d|20)\\s+words?\\b|\\b(?:one|single)[- ]word\\b|(?:一言|ひとこと|ひと言|一語|一単語|1単語|1語)で`,
  'iu',
);
const briefly = /\bbriefly\b|\bbe brief\b|\bvery short answer\b|簡潔に|手短に/iu;

/** What a request says of the form of its answer, which is not its subject. */
const forms = new RegExp(
  `(?:please\\s+)?(?:(?:answer|reply|respond)\\s+)?(?:me\\s+)?(?:only\\s+|just\\s+)?(?:with\\s+)?(?:${sentences.source}|${wordCounts.source}|${briefly.source}|${choices.source})(?:(?:で|に)?(?:答え|説明し|回答し|教え)[^。]{0,8})?(?:\\s+only)?\\s*[:：]?`,
  'giu',
);

function oneWord(subject: string): string {
  const topic = findTopic(subject) ?? subject;
  if (isJapanese(topic)) return topic.slice(0, 20);
  const word = contentWords(topic).at(-1) ?? 'Yes';
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
