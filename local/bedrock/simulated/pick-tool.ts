import { contentWords, isJapanese, stem } from '#local/bedrock/simulated/language/words.ts';
import { lastQuestion, lastUserText, type ModelTurn, type Tool } from '#local/bedrock/turn/turn.ts';

/**
 * Returns the tool that a turn calls for: the required one, or the one whose name or description
 * shares most words with the question. A tool that was used since the question is not used again.
 * Returns undefined if no tool fits.
 */
export function pickTool(turn: ModelTurn): Tool | undefined {
  const { tools, toolChoice } = turn;
  if (toolChoice.type === 'none') return undefined;
  if (toolChoice.type === 'tool') return tools.find(({ name }) => name === toolChoice.name);
  const used = usedSinceQuestion(turn);
  const question = lastUserText(turn);
  const ranked = tools
    .filter(({ name }) => !used.has(name))
    .map((tool) => ({ tool, score: matchScore(tool, question) }))
    .toSorted((a, b) => b.score - a.score);
  const [best] = ranked;
  if (best !== undefined && best.score > 0) return best.tool;
  // Some libraries request structured output by a single tool that takes the answer as its input.
  const [only, ...others] = tools;
  const takesAnswer = /^(?:extract|respond|output|answer|structured|json|format)/iu.test(
    only?.name ?? '',
  );
  if (takesAnswer && others.length === 0 && used.size === 0) return only;
  return toolChoice.type === 'any' ? (best?.tool ?? tools[0]) : undefined;
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
function matchScore({ name, description }: Tool, question: string): number {
  const lower = question.toLowerCase();
  if (lower.includes(name.toLowerCase())) return 100;
  const words = contentWords(question);
  const stems = new Set(
    [...words, ...words.flatMap((word) => englishFor.get(word) ?? [])].map(stem),
  );
  const nameWords = name
    .split(/[_-]|(?<=[a-z])(?=[A-Z])/u)
    .map(stem)
    .filter((word) => word.length > 2 && !commonWords.has(word));
  const inName = nameWords.filter((word) => stems.has(word)).length;
  const inDescription = contentWords(description).filter((word) => stems.has(stem(word))).length;
  if (inName > 0) return inName * 10 + inDescription;
  // One Japanese word is evidence enough; English needs two.
  return inDescription > (isJapanese(question) ? 0 : 1) ? inDescription : 0;
}

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

/** Words that stand in many tool names and do not tell tools apart. */
const commonWords: ReadonlySet<string> = new Set(
  ['get', 'set', 'list', 'find', 'fetch', 'look', 'lookup', 'search', 'the', 'tool', 'make'].map(
    stem,
  ),
);
