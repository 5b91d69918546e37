import type { Citation } from '#local/bedrock/turn/answer.ts';
import { offsetOf, sentencesOf } from '#local/bedrock/simulated/language/sentences.ts';
import { keySentences, withoutOwnHeadings } from '#local/bedrock/simulated/language/summary.ts';
import { contentWords, isJapanese, stem } from '#local/bedrock/simulated/language/words.ts';
import { lastQuestion, type ModelTurn, type TurnBlock } from '#local/bedrock/turn/turn.ts';

/** A document or a search result on which an answer can rest. */
export interface Source {
  readonly title: string;
  readonly source: string;
  readonly text: string;
  readonly isCited: boolean;
  readonly place: 'document' | 'search-result';
  /** Its position among the sources of its kind, from 0. */
  readonly index: number;
  /** Whether it came with the last question, and not with an earlier one. */
  readonly isRecent: boolean;
}

/** A sentence of a source that answers the question. */
export interface Finding {
  readonly sentence: string;
  readonly citation: Citation | undefined;
  /** The number of the question's words in it; in Japanese, their characters. */
  readonly score: number;
}

/** Returns the documents and search results of a turn, in order. */
export function sourcesOf({ messages }: Pick<ModelTurn, 'messages'>): readonly Source[] {
  const question = lastQuestion(messages);
  let isRecent = false;
  const counts = { document: 0, 'search-result': 0 };
  const toSource = (block: TurnBlock): readonly Source[] => {
    if (block.type === 'tool-result') return block.content.flatMap(toSource);
    if (block.type === 'document') {
      const index = counts.document;
      counts.document += 1;
      const { name: title, text, citations: isCited } = block;
      return [{ title, source: title, text, isCited, place: 'document', index, isRecent }];
    }
    if (block.type !== 'search-result') return [];
    const index = counts['search-result'];
    counts['search-result'] += 1;
    const { title, source, content, citations: isCited } = block;
    const text = content.join('\n');
    return [{ title, source, text, isCited, place: 'search-result', index, isRecent }];
  };
  return messages.flatMap((message) => {
    isRecent ||= message === question;
    return message.content.flatMap(toSource);
  });
}

/** The search uses the first words of a long question. */
const maxQuestionWords = 60;

/** Returns the sentences of the sources that contain a word of the question, best first. */
export function findAnswers(
  question: string,
  sources: readonly Source[],
  max: number,
): readonly Finding[] {
  const words = new Set(contentWords(question).slice(0, maxQuestionWords).map(stem));
  const candidates = sources.flatMap((source) => {
    let from = 0;
    return sentencesOf(source.text).map((sentence) => {
      const start = offsetOf(sentence, source.text, from) ?? from;
      from = start;
      return { source, sentence, start, score: overlap(sentence, words) };
    });
  });
  const best = candidates
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, max);
  return best.map(({ source, sentence, start, score }) => ({
    score,
    sentence,
    citation: source.isCited ? toCitation(source, sentence, start) : undefined,
  }));
}

/** Returns the key sentences of the sources, in their order. They rest on no question. */
export function findKeySentences(sources: readonly Source[], max: number): readonly Finding[] {
  const text = sources.map((source) => withoutOwnHeadings(source.text)).join('\n');
  return keySentences(text, max).map((sentence) => {
    const places = sources
      .values()
      .map((source) => [source, offsetOf(sentence, source.text, 0)] as const);
    const [source, start] = places.find(([, at]) => at !== undefined) ?? [];
    const isCited = source?.isCited === true && start !== undefined;
    return {
      sentence,
      score: 0,
      citation: isCited ? toCitation(source, sentence, start) : undefined,
    };
  });
}

/** Japanese has no spaces between words, so a word also counts as a part of another one. */
function overlap(sentence: string, questionWords: ReadonlySet<string>): number {
  if (isJapanese(sentence)) {
    return [...questionWords].reduce(
      (sum, word) => sum + (sentence.includes(word) ? word.length : 0),
      0,
    );
  }
  const words = new Set(contentWords(sentence).map(stem));
  return [...questionWords].filter((word) => words.has(word)).length;
}

function toCitation(source: Source, sentence: string, start: number): Citation {
  const end = start + sentence.length;
  const location = { type: source.place, index: source.index, start, end } as const;
  return { title: source.title, source: source.source, text: sentence, location };
}
