import type {
  CitationBlock,
  ContentBlock,
  Passage,
  ReasoningBlock,
  RetrievalBlock,
  ToolResultBlock,
  ToolUseBlock,
} from '#domain/conversation/message.ts';

/** A tool call, and what became of it. */
export interface ToolCallView {
  readonly type: 'tool';
  readonly call: ToolUseBlock;
  readonly state: 'running' | 'done' | 'failed' | 'denied' | 'unfinished' | 'waiting';
  readonly result?: ToolResultBlock;
}

export interface SearchView {
  readonly type: 'search';
  readonly search: RetrievalBlock;
}

/** A part of an answer with a look of its own. */
export type Section =
  | { readonly type: 'thought'; readonly block: ReasoningBlock; readonly isOpenEnded: boolean }
  /** Calls that follow each other share one card. */
  | { readonly type: 'calls'; readonly calls: readonly (ToolCallView | SearchView)[] }
  /** `start` is the place of its text among all text of the answer. */
  | { readonly type: 'text'; readonly text: string; readonly start: number };

export interface AnswerParts {
  readonly sections: readonly Section[];
  /** The calls that a person has to decide on. */
  readonly waiting: readonly ToolUseBlock[];
  readonly citations: readonly CitationBlock[];
}

/** Returns the blocks of an answer as its reader sees them. */
export function toAnswerParts(content: readonly ContentBlock[], isStreaming: boolean): AnswerParts {
  const results = new Map<string, ToolResultBlock>();
  const asked = new Set<string>();
  for (const block of content) {
    if (block.type === 'tool-result') results.set(block.toolUseId, block);
    if (block.type === 'approval') asked.add(block.toolUseId);
  }
  const sections: Section[] = [];
  const waiting: ToolUseBlock[] = [];
  const citations: CitationBlock[] = [];
  let start = 0;
  for (const [index, block] of content.entries()) {
    switch (block.type) {
      case 'text':
        addText(sections, block.text, start);
        start += block.text.length;
        break;
      case 'reasoning': {
        const isOpenEnded = isStreaming && index === content.length - 1;
        sections.push({ type: 'thought', block, isOpenEnded });
        break;
      }
      case 'retrieval':
        addCall(sections, { type: 'search', search: block });
        break;
      case 'tool-use': {
        const result = results.get(block.toolUseId);
        const state = stateOf(result, asked.has(block.toolUseId), isStreaming);
        if (state === 'waiting') waiting.push(block);
        else addCall(sections, { type: 'tool', call: block, state, ...(result && { result }) });
        break;
      }
      case 'citation':
        citations.push(block);
        break;
      case 'tool-result':
      case 'approval':
      case 'attachment':
        break;
    }
  }
  return { sections, waiting, citations };
}

/** Text that is only interrupted by what has no place of its own is one text. */
function addText(sections: Section[], text: string, start: number): void {
  const last = sections.at(-1);
  if (last?.type === 'text') sections[sections.length - 1] = { ...last, text: last.text + text };
  else if (text.trim() !== '') sections.push({ type: 'text', text, start });
}

function addCall(sections: Section[], call: ToolCallView | SearchView): void {
  const last = sections.at(-1);
  if (last?.type === 'calls')
    sections[sections.length - 1] = { ...last, calls: [...last.calls, call] };
  else sections.push({ type: 'calls', calls: [call] });
}

function stateOf(
  result: ToolResultBlock | undefined,
  isAsked: boolean,
  isStreaming: boolean,
): ToolCallView['state'] {
  if (result === undefined) {
    if (isAsked) return 'waiting';
    return isStreaming ? 'running' : 'unfinished';
  }
  if (result.isDenied === true) return 'denied';
  return result.isError === true ? 'failed' : 'done';
}

/** A source of an answer, with its number. */
export interface Source {
  readonly number: number;
  readonly source: string;
  readonly title: string;
}

/** A citation in the text: what it opens, and the number of its source. */
export interface Chip {
  readonly id: number;
  readonly number: number;
  readonly passage: Passage;
  readonly title: string;
  /** The place in all text of the answer that it follows; undefined if that is not known. */
  readonly at: number | undefined;
}

export interface Cited {
  readonly sources: readonly Source[];
  readonly chips: readonly Chip[];
}

/** Returns the sources of an answer in the order of their first citation, and its citations. */
export function toCited(citations: readonly CitationBlock[]): Cited {
  const numbers = new Map<string, number>();
  const sources: Source[] = [];
  const chips: Chip[] = [];
  for (const { span, passages } of citations) {
    for (const passage of passages) {
      const title = titleOf(passage);
      const number = numbers.get(passage.source) ?? numbers.size + 1;
      if (!numbers.has(passage.source)) sources.push({ number, source: passage.source, title });
      numbers.set(passage.source, number);
      chips.push({ id: chips.length, number, passage, title, at: span?.end });
    }
  }
  return { sources, chips };
}

/** Returns the name of a passage's document for people: its title, or the end of its address. */
export function titleOf({ title, source }: Passage): string {
  if (title !== undefined && title !== '' && title !== source) return title;
  const [path = ''] = source.replace(/^\w+:\/\/[^/]*\//u, '').split(/[?#]/u);
  return path === '' ? source : path;
}

/** The address in an answer's Markdown that stands for a citation. */
export const chipAddress = '#cite-';

/** Returns a text with its citations as links to `#cite-ID`, in place of the numbers of the model. */
export function withChips(text: string, start: number, chips: readonly Chip[]): string {
  const placed = chips.flatMap((chip) => {
    if (chip.at === undefined || chip.at <= start || chip.at > start + text.length) return [];
    return [{ chip, place: chip.at - start }];
  });
  let result = '';
  let read = 0;
  for (const { chip, place } of placed.toSorted((one, other) => one.place - other.place)) {
    if (place > read) {
      result += text.slice(read, place);
      read = place;
    }
    // In code it would be read as code.
    if (isInCode(text.slice(0, place))) continue;
    const marker = /^ ?\[\d{1,2}\]/u.exec(text.slice(read))?.[0] ?? '';
    read += marker.length;
    // After an exclamation mark it would be read as an image.
    const joiner = result.endsWith('!') ? '\u2060' : '';
    result += `${joiner}[${chip.number}](${chipAddress}${chip.id})`;
  }
  return result + text.slice(read);
}

function isInCode(before: string): boolean {
  return (before.match(/^ {0,3}(?:```|~~~)/gmu) ?? []).length % 2 === 1;
}
