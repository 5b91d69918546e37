import type { Citation } from '#local/bedrock/turn/answer.ts';
import { placeOf, sentencesOf } from '#local/bedrock/simulated/language/sentences.ts';
import { isJapanese, stem, wordsOf } from '#local/bedrock/simulated/language/topic.ts';
import { lastQuestion, type ModelTurn, type TurnBlock } from '#local/bedrock/turn/turn.ts';

/** Something an answer can rest on: a document, or what a search gave. */
export interface Source {
  readonly title: string;
  readonly source: string;
  readonly text: string;
  readonly isCited: boolean;
  readonly place: 'document' | 'search-result';
  /** Which of its kind it is, counted from 0. */
  readonly index: number;
  /** Whether it came with the last question, or with one before. */
  readonly isRecent: boolean;
}

/** A sentence of a source that answers the question. */
export interface Finding {
  readonly sentence: string;
  readonly citation: Citation | undefined;
  /** How many of the question's words it has. */
  readonly score: number;
}

/** What a turn gives to rest on, in order. */
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
    const words = content.join('\n');
    return [{ title, source, text: words, isCited, place: 'search-result', index, isRecent }];
  };
  return messages.flatMap((message) => {
    isRecent ||= message === question;
    return message.content.flatMap(toSource);
  });
}

/** Of a long question only so many words are looked for. */
const mostAsked = 60;

/** The sentences of the sources that have most of the question's words, best first. */
export function findAnswers(
  question: string,
  sources: readonly Source[],
  most: number,
): readonly Finding[] {
  const asked = new Set(wordsOf(question).slice(0, mostAsked).map(stem));
  const found = sources.flatMap((source) => {
    let from = 0;
    return sentencesOf(source.text).map((sentence) => {
      const start = placeOf(sentence, source.text, from) ?? from;
      from = start;
      return { source, sentence, start, score: overlap(sentence, asked) };
    });
  });
  const best = found
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most);
  return best.map(({ source, sentence, start, score }) => ({
    score,
    sentence,
    citation: source.isCited ? toCitation(source, sentence, start) : undefined,
  }));
}

/** Japanese words run into one another, so a part of one counts as well. */
function overlap(sentence: string, asked: ReadonlySet<string>): number {
  if (isJapanese(sentence)) {
    return [...asked].reduce((sum, word) => sum + (sentence.includes(word) ? word.length : 0), 0);
  }
  const words = new Set(wordsOf(sentence).map(stem));
  return [...asked].filter((word) => words.has(word)).length;
}

function toCitation(source: Source, sentence: string, start: number): Citation {
  const end = start + sentence.length;
  const location = { type: source.place, index: source.index, start, end } as const;
  return { title: source.title, source: source.source, text: sentence, location };
}
