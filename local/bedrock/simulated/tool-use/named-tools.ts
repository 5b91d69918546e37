import { nameExpression } from '#local/bedrock/simulated/tool-use/given-values.ts';
import type { Tool } from '#local/bedrock/turn/turn.ts';

/** The tools that a text names. */
export interface NamedTools {
  /** In the order of the text, once each. */
  readonly wanted: readonly Tool[];
  readonly refused: ReadonlySet<Tool>;
  /** Whether the text refuses all tools. */
  readonly refusesAll: boolean;
  /** Whether the tools are to be called one after the other. */
  readonly isSequence: boolean;
}

const maxCharacters = 20_000;
/** How far a negation stands from a name, in characters. */
const maxReach = 100;

/** Returns the tools whose names stand in a text, in any notation, and those it says not to use. */
export function findNamedTools(tools: readonly Tool[], text: string): NamedTools {
  const clauses = clausesOf(text.slice(0, maxCharacters));
  const mentions = clauses.flatMap((clause) => mentionsIn(tools, clause));
  const refused = new Set(mentions.filter(({ isRefused }) => isRefused).map(({ tool }) => tool));
  const wanted = mentions.map(({ tool }) => tool).filter((tool) => !refused.has(tool));
  return {
    wanted: [...new Set(wanted)],
    refused,
    refusesAll: clauses.some((clause) => refusesAll.test(clause) && !exception.test(clause)),
    isSequence: sequence.test(text),
  };
}

/** Returns the tools that a system prompt orders to use: "always call `look`", not "you can call". */
export function findOrderedTools(tools: readonly Tool[], system: string): readonly Tool[] {
  const { wanted } = findNamedTools(tools, sentencesOf(system).filter(isOrder).join('\n'));
  if (wanted.length > 0) return wanted;
  const mentioned = findNamedTools(tools, sentencesOf(system).filter(isUnconditional).join('\n'));
  // A list of tools orders nothing.
  return mentioned.wanted.length === 1 ? mentioned.wanted : [];
}

interface Mention {
  readonly tool: Tool;
  readonly start: number;
  readonly end: number;
  readonly isRefused: boolean;
}

function mentionsIn(tools: readonly Tool[], clause: string): readonly Mention[] {
  const found = tools.flatMap((tool) =>
    [...clause.matchAll(new RegExp(nameExpression(tool.name), 'giu'))].map((match) => {
      const [start, end] = [match.index, match.index + match[0].length];
      const isRefused = isRefusal(
        clause.slice(Math.max(0, start - maxReach), start),
        clause.slice(end, end + maxReach),
      );
      return { tool, start, end, isRefused };
    }),
  );
  // "get weather" is not a mention of the tool `get` if there is a tool `get_weather`.
  const isWhole = (one: Mention): boolean =>
    !found.some(
      (other) =>
        other.start <= one.start &&
        other.end >= one.end &&
        other.end - other.start > one.end - one.start,
    );
  return found.filter(isWhole).toSorted((a, b) => a.start - b.start);
}

function isRefusal(before: string, after: string): boolean {
  const negations = before.match(negation) ?? [];
  return (
    negations.length % 2 === 1 ||
    (refusedAfter.test(after) && !/ないと|なければ|なくては|ないわけ/u.test(after))
  );
}

/** "Don't forget to" and "don't hesitate to" are no refusals, and "not without" is an order. */
const negation =
  /\b(?:do not|don['’]?t|dont|must not|mustn['’]?t|should not|shouldn['’]?t|cannot|can['’]?t|never|not|without|avoid|instead of|rather than|except(?: for)?|no need (?:for|to)|ignore|skip)\b(?!\s+(?:forget|hesitate|fail|only)\b)/giu;

const refusedAfter =
  /^[\s`"'”」』]*(?:tool\s+)?(?:(?:must|should|may|can|is|are|does|do|will|need)\s*(?:not\b|n['’]t\b)|(?:is|are)\s+(?:forbidden|off[- ]limits|disabled|unnecessary|broken))|^[\s`"'”」』]*(?:という)?(?:ツール)?(?:を|は|も|なんか|で)?[^。、]{0,8}?(?:使わ(?:ない|ず|なく)|使用し(?:ない|なく)|使用せず|使うな|使用禁止|利用し(?:ない|なく)|利用せず|呼ば(?:ない|ず|なく)|呼び出さ(?:ない|ず|なく)|実行し(?:ない|なく)|実行せず|なしで|無しで|抜きで|不要|禁止|避け|以外)/iu;

const refusesAll =
  /\b(?:do not|don['’]?t|dont|never|avoid|without)\s+(?:us(?:e|ing)\s+|call(?:ing)?\s+)?(?:any\s+|the\s+|your\s+)?(?:tools?|functions?)\b|\bno tools?\b|(?:ツール|関数|道具)(?:を|は)?[^。、]{0,6}?(?:使わ(?:ない|ず|なく)|使用(?:しない|せず|禁止)|呼ばない|呼ばず|なし|無し)(?!と(?:いけ|だめ))/iu;

const exception = /\b(?:other than|except|besides|but)\b|以外|だけ/iu;

const sequence =
  /\b(?:then|after that|afterwards|first|next|finally)\b|次に|その後|それから|まず|てから/iu;

/** Negations reach to the end of their clause. */
function clausesOf(text: string): readonly string[] {
  return text.split(
    /(?<=[.!?;。！？；\n])(?=\s|[^\w])|[,、，](?!\d)|\s[-–—]\s|\b(?:but|instead)\b(?!\s+of)|が、/iu,
  );
}

function sentencesOf(text: string): readonly string[] {
  return text.slice(0, maxCharacters).split(/(?<=[.!?。！？])\s*(?=\S)(?<![\w.][.!?](?=\w))|\n+/u);
}

function isOrder(sentence: string): boolean {
  const hasVerb =
    /\b(?:use|using|call|invoke|run|execute|consult|query|ask)\b|使|呼|実行|利用/iu.test(sentence);
  return hasVerb && isUnconditional(sentence);
}

/** A permission or a condition is left to the question. */
function isUnconditional(sentence: string): boolean {
  return !/\b(?:can|could|may|might|if|when|whenever|unless|available|allowed|able|only for|in case|optional(?:ly)?|as needed)\b|できます|てもよい|てもいい|場合|とき|必要なら|必要に応じ|れば|たら/iu.test(
    sentence.replaceAll(/\bif possible\b/giu, ''),
  );
}
