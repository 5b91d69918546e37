import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import { isJapanese } from '#local/bedrock/simulated/language/words.ts';

/** Asks for a title: "Write a short title for …", "give it a title", 「タイトルを付けてください」. */
export const titleRequest =
  /\b(?:write|give|suggest|propose|generate|create|make|find|come up with)\b(?:\s+(?!(?:with|of|and|in)\b)[\w,-]+){0,6}\s+titles?\b(?!\s+of\b)|(?:タイトル|題名|件名)(?:を|の案を)[^。\n]{0,20}(?:付け|つけ|考え|作|書|生成|提案)/iu;

const maxWords = 6;

/** Returns a title of a text: its topic, or its first words if that is a single word. */
export function makeTitle(text: string): string {
  const topic = findTopic(text) ?? '';
  const isPhrase = isJapanese(topic) ? topic.length > 2 : topic.includes(' ');
  const title = isPhrase ? topic : firstWords(text);
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
}

function firstWords(text: string): string {
  const [sentence = ''] = text.trim().split(/[\n.。!！?？]/u);
  if (isJapanese(text)) return /^.{0,24}/u.exec(sentence)?.[0] ?? '';
  const words = sentence.split(/\s+/u).slice(0, maxWords).join(' ');
  return words.replace(danglingWords, '') || words;
}

/** Words that begin something, and punctuation: a title does not end with them. */
const danglingWords =
  /(?:[\s,;:]+(?:a|an|the|and|or|but|with|without|of|to|in|on|at|by|for|from|as|into|about|some|that|which|my|your|its|is|are))*[\s,;:]*$/iu;
