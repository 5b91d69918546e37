import { wordsOfName } from '#local/bedrock/simulated/tool-use/given-values.ts';
import { findNamedTools, findOrderedTools } from '#local/bedrock/simulated/tool-use/named-tools.ts';
import { contentWords, isJapanese, stem } from '#local/bedrock/simulated/language/words.ts';
import {
  lastQuestion,
  lastUserText,
  systemText,
  type ModelTurn,
  type Tool,
} from '#local/bedrock/turn/turn.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns the tools that a turn calls for, in order: the required one, or those that the question
 * or the system prompt names, or else the one whose name or description fits the question. A tool
 * that was used since the question is not used again.
 */
export function pickTools(turn: ModelTurn): readonly Tool[] {
  const { tools, toolChoice } = turn;
  if (toolChoice.type === 'none') return [];
  if (toolChoice.type === 'tool') return tools.filter(({ name }) => name === toolChoice.name);
  const used = usedSinceQuestion(turn);
  const question = lastUserText(turn);
  const unused = tools.filter(({ name }) => !used.has(name));
  const named = findNamedTools(tools, question);
  const isWanted = (tool: Tool): boolean => unused.includes(tool) && !named.refused.has(tool);
  const left = named.wanted.filter(isWanted);
  if (left.length > 0) return named.isSequence ? left.slice(0, 1) : left;
  const isFree = !named.refusesAll && named.wanted.length === 0;
  const ordered = isFree ? findOrderedTools(tools, systemText(turn)).filter(isWanted) : [];
  if (ordered.length > 0) return ordered;
  const refusedBySystem = findNamedTools(tools, systemText(turn)).refused;
  const [best] = unused
    .filter((tool) => isWanted(tool) && !refusedBySystem.has(tool))
    .map((tool) => ({ tool, score: matchScore(tool, question) }))
    .toSorted((a, b) => b.score - a.score);
  // An answer follows the results of tools, unless more of them are named.
  if (isFree && used.size === 0 && best !== undefined) {
    if (best.score > 0 || takesAnswer(tools)) return [best.tool];
  }
  return toolChoice.type === 'any' ? [best?.tool ?? unused[0] ?? tools[0]].flatMap(present) : [];
}

const present = (tool: Tool | undefined): readonly Tool[] => (tool === undefined ? [] : [tool]);

/** Some libraries request structured output by a single tool that takes the answer as its input. */
function takesAnswer([only, ...others]: readonly Tool[]): boolean {
  const isAnswer = /^(?:extract|respond|output|answer|structured|json|format)/iu;
  return others.length === 0 && isAnswer.test(only?.name ?? '');
}

function usedSinceQuestion({ messages }: ModelTurn): ReadonlySet<string> {
  const question = lastQuestion(messages);
  const since = messages.slice(question === undefined ? 0 : messages.indexOf(question));
  return new Set(
    since.flatMap(({ content }) =>
      content.flatMap((block) => (block.type === 'tool-use' ? [block.name] : [])),
    ),
  );
}

/** A word of the tool's name weighs more than a word of its description. */
function matchScore({ name, description, inputSchema }: Tool, question: string): number {
  const words = contentWords(question);
  const stems = new Set(
    [...words, ...words.flatMap((word) => englishFor.get(word) ?? [])].map(stem),
  );
  const verbs = new Set(verbsOf(question).map(stem));
  const nameWords = wordsOfName(name).map(stem);
  const inName = nameWords.filter(
    (word) => word.length > 2 && !commonWords.has(word) && stems.has(word),
  ).length;
  const inDescription = contentWords(description).filter((word) => stems.has(stem(word))).length;
  const [doing = ''] = /[a-z]+/iu.exec(description) ?? [];
  const isRunner = [...nameWords, ...propertiesOf(inputSchema)].some((word) => runners.has(word));
  const does = [...nameWords, stem(doing), ...(isRunner ? runVerbs : [])];
  const byVerb = does.some((word) => verbs.has(word)) ? 5 : 0;
  if (inName > 0 || byVerb > 0) return inName * 10 + inDescription + byVerb;
  // One Japanese word is evidence enough; English needs two.
  return inDescription > (isJapanese(question) ? 0 : 1) ? inDescription : 0;
}

/** Returns what a question orders: its first word, without what is said out of politeness. */
function verbsOf(question: string): readonly string[] {
  if (isJapanese(question)) {
    const [, verb = ''] =
      /(検索|実行|送信|翻訳|計算|予約|作成|削除|追加|保存|調べ)[^。]{0,12}[。！]?$/u.exec(
        question,
      ) ?? [];
    return englishVerbs.get(verb) ?? [];
  }
  const [, verb = ''] =
    /^\W*(?:(?:please|now|then|kindly|(?:can|could|would|will) you|i (?:want|need) you to|you must)\s+)*([a-z]+)/iu.exec(
      question,
    ) ?? [];
  return weakVerbs.has(verb.toLowerCase()) ? [] : [verb];
}

/** Questions begin with these words whatever they ask for. */
const weakVerbs: ReadonlySet<string> = new Set(
  'what who when where why how is are do does did the a an i tell show give get let return say write explain describe make'.split(
    ' ',
  ),
);

const englishVerbs: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    検索: ['search'],
    調べ: ['search', 'lookup'],
    実行: ['run', 'execute'],
    送信: ['send'],
    翻訳: ['translate'],
    計算: ['calculate'],
    予約: ['book', 'reserve'],
    作成: ['create'],
    削除: ['delete', 'remove'],
    追加: ['add'],
    保存: ['save', 'store'],
  }),
);

/** The English words for Japanese ones, as tool names have them. */
const englishFor: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    天気: ['weather', 'forecast'],
    気温: ['weather', 'temperature'],
    検索: ['search'],
    メール: ['mail', 'email'],
    時刻: ['time', 'clock'],
    時間: ['time'],
    計算: ['calculate', 'calculator'],
    予約: ['book', 'booking', 'reservation'],
    注文: ['order'],
    地図: ['map'],
    翻訳: ['translate', 'translation'],
    ニュース: ['news'],
    株価: ['stock', 'quote'],
    在庫: ['stock', 'inventory'],
  }),
);

/** Words in the name or the properties of a tool that runs commands. */
const runners: ReadonlySet<string> = new Set(
  ['run', 'execute', 'exec', 'bash', 'shell', 'terminal', 'console', 'command', 'cmd'].map(stem),
);

const runVerbs: readonly string[] = ['run', 'execute'].map(stem);

function propertiesOf({ properties }: Tool['inputSchema']): readonly string[] {
  return isRecord(properties) ? Object.keys(properties).map(stem) : [];
}

/** Words that stand in many tool names and do not tell tools apart. */
const commonWords: ReadonlySet<string> = new Set(
  ['get', 'set', 'list', 'find', 'fetch', 'look', 'lookup', 'search', 'the', 'tool', 'make'].map(
    stem,
  ),
);
