import type {
  Citation,
  CitationPlace,
  SourceEvent,
  SourceEvents,
} from '#local/bedrock/turn/answer.ts';
import { mapEvents } from '#local/bedrock/turn/map-events.ts';
import type { ModelTurn, TurnBlock } from '#local/bedrock/turn/turn.ts';

/**
 * Adds to every citation its place in the units of its source: pages of a PDF, blocks of a document
 * or search result that consists of blocks. Citations of plain text have positions only.
 */
export function placeCitations(events: SourceEvents, { messages }: ModelTurn): SourceEvents {
  const sources = messages.flatMap(({ content }) => content.flatMap(sourcesIn));
  if (!sources.some(({ citations }) => citations)) return events;
  return mapEvents(events, (event) => withPlace(event, sources));
}

type Source = Extract<TurnBlock, { type: 'document' | 'search-result' }>;

function sourcesIn(block: TurnBlock): readonly Source[] {
  if (block.type === 'tool-result') return block.content.flatMap(sourcesIn);
  return block.type === 'document' || block.type === 'search-result' ? [block] : [];
}

function withPlace(event: SourceEvent, sources: readonly Source[]): SourceEvent {
  if (event.type !== 'citation') return event;
  const { citation } = event;
  const place = placeOf(citation, sources);
  return place === undefined ? event : { ...event, citation: { ...citation, place } };
}

function placeOf({ location }: Citation, sources: readonly Source[]): CitationPlace | undefined {
  if (location.type === 'web') return undefined;
  const { type, index } = location;
  const source = sources.filter((candidate) => candidate.type === type)[index];
  if (source?.type === 'search-result') return rangeIn(source.content, 'block', location);
  if (source?.parts === undefined) return undefined;
  return rangeIn(source.parts, source.format === 'pdf' ? 'page' : 'block', location);
}

/** Pages count from 1 and blocks from 0. In both, the end is exclusive, as Anthropic documents. */
function rangeIn(
  parts: readonly string[],
  unit: CitationPlace['unit'],
  { start, end }: { readonly start: number; readonly end: number },
): CitationPlace {
  const base = unit === 'page' ? 1 : 0;
  const separator = separators[unit].length;
  let [at, first, last] = [0, 0, 0];
  for (const [index, part] of parts.entries()) {
    if (at <= start) first = index;
    if (at < end) last = index;
    at += part.length + separator;
  }
  return { unit, start: first + base, end: last + base + 1 };
}

/** What stands between the parts of a source in its text. */
export const separators = { page: '\n\n', block: '\n' } as const;
