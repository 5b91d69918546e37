import { findEnglishTopic } from '#local/bedrock/simulated/language/english-topic.ts';
import { findJapaneseTopic } from '#local/bedrock/simulated/language/japanese-topic.ts';
import { isJapanese, lengthPattern } from '#local/bedrock/simulated/language/words.ts';

/** A topic stands in the first part of a message. */
const maxCharacters = 2_000;
const maxTopicCharacters = 80;

/** Returns the topic of a message as a noun phrase, or undefined if none stands out. */
export function findTopic(message: string): string | undefined {
  const text = withoutMarkup(message.slice(0, maxCharacters)).replaceAll(lengthPattern, ' ');
  const topic = isJapanese(text) ? findJapaneseTopic(text) : findEnglishTopic(text);
  return topic !== undefined && topic.length <= maxTopicCharacters ? topic : undefined;
}

function withoutMarkup(text: string): string {
  return text
    .replaceAll(/```[^]*?(?:```|$)/gu, ' ')
    .replaceAll(/<[/!]?[a-z][^<>]{0,500}>/giu, ' ')
    .replaceAll(/https?:\/\/\S+/gu, ' ')
    .replaceAll(/[`*_"“”]/gu, '');
}
