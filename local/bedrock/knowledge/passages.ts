import type { Metadata } from '#local/bedrock/knowledge/filter.ts';

/** A part of a document that is retrieved and cited as a unit. */
export interface Passage {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
  /** The document's location in the form of S3: `s3://bucket/path`. */
  readonly uri: string;
  readonly metadata: Metadata;
}

/** About 300 tokens, the size of Bedrock's default chunks. */
const passageCharacters = 1_200;

/** Splits a document into passages of whole paragraphs, none of them across a heading. */
export function toPassages(
  document: Omit<Passage, 'id' | 'text' | 'title'>,
  text: string,
): readonly Passage[] {
  const passages: Passage[] = [];
  let title = document.documentId;
  let pending: string[] = [];
  const addPassage = (): void => {
    const passage = pending.join('\n\n').trim();
    pending = [];
    if (passage === '') return;
    const id = `${document.documentId}#${passages.length}`;
    passages.push({ ...document, id, title, text: passage });
  };
  for (const paragraph of paragraphsOf(text)) {
    const [, heading] = /^#{1,6} +(.+)/u.exec(paragraph) ?? [];
    if (heading !== undefined) {
      addPassage();
      title = heading.trim();
    }
    for (const piece of piecesOf(paragraph.trim())) {
      const length = pending.reduce((sum, { length: characters }) => sum + characters, 0);
      if (length + piece.length > passageCharacters) addPassage();
      pending.push(piece);
    }
  }
  addPassage();
  return passages;
}

/** A fenced code block is one paragraph. Lines in it that look like headings are not headings. */
function paragraphsOf(text: string): readonly string[] {
  return text.split(/^(```[^]*?^```[^\n]*)$/mu).flatMap((part, index) =>
    // Every second part is a code block, which the expression captures.
    index % 2 === 1 ? [part] : part.split(/\n\s*\n|\n(?=#{1,6} )/u),
  );
}

/** A paragraph that is too long is split between its sentences. */
function piecesOf(paragraph: string): readonly string[] {
  if (paragraph.length <= passageCharacters) return [paragraph];
  const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(paragraph);
  const pieces = [''];
  for (const { segment } of sentences) {
    const last = pieces.at(-1) ?? '';
    if (last.length + segment.length > passageCharacters && last !== '') pieces.push(segment);
    else pieces[pieces.length - 1] = last + segment;
  }
  return pieces;
}
