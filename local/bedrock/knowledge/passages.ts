import type { Metadata } from '#local/bedrock/knowledge/filter.ts';

/** A part of a document that is found and quoted as one. */
export interface Passage {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
  /** Where the document is, as S3 would have it: `s3://bucket/path`. */
  readonly uri: string;
  readonly metadata: Metadata;
}

/** About 300 tokens, which is what Bedrock's default chunking makes. */
const passageCharacters = 1_200;

/** A document's passages: paragraphs together, as many as fit, none of them across a heading. */
export function toPassages(
  document: Omit<Passage, 'id' | 'text' | 'title'>,
  text: string,
): readonly Passage[] {
  const passages: Passage[] = [];
  let title = document.documentId;
  let held: string[] = [];
  const release = (): void => {
    const words = held.join('\n\n').trim();
    held = [];
    if (words === '') return;
    const id = `${document.documentId}#${passages.length}`;
    passages.push({ ...document, id, title, text: words });
  };
  for (const paragraph of paragraphsOf(text)) {
    const [, heading] = /^#{1,6} +(.+)/u.exec(paragraph) ?? [];
    if (heading !== undefined) {
      release();
      title = heading.trim();
    }
    for (const piece of piecesOf(paragraph.trim())) {
      const length = held.reduce((sum, { length: characters }) => sum + characters, 0);
      if (length + piece.length > passageCharacters) release();
      held.push(piece);
    }
  }
  release();
  return passages;
}

/** What stands between fences is one paragraph, with whatever looks like a heading in it. */
function paragraphsOf(text: string): readonly string[] {
  return text.split(/^(```[^]*?^```[^\n]*)$/mu).flatMap((part, index) =>
    // Every other part is one that the expression holds.
    index % 2 === 1 ? [part] : part.split(/\n\s*\n|\n(?=#{1,6} )/u),
  );
}

/** A paragraph that is too long is cut between its sentences. */
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
