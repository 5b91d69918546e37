import { isJapanese, stem, wordsOf } from '#local/bedrock/simulated/language/topic.ts';
import { lastQuestion, lastUserText, type ModelTurn, type Tool } from '#local/bedrock/turn/turn.ts';

/**
 * The tool that a turn asks for: the one it must use, else the one whose name or description says
 * what the question says, unless it has been used since that question. Nothing where none fits.
 */
export function pickTool(turn: ModelTurn): Tool | undefined {
  const { tools, toolChoice } = turn;
  if (toolChoice.type === 'none') return undefined;
  if (toolChoice.type === 'tool') return tools.find(({ name }) => name === toolChoice.name);
  const used = usedSinceQuestion(turn);
  const question = lastUserText(turn);
  const ranked = tools
    .filter(({ name }) => !used.has(name))
    .map((tool) => ({ tool, score: fit(tool, question) }))
    .toSorted((a, b) => b.score - a.score);
  const [best] = ranked;
  if (best !== undefined && best.score > 0) return best.tool;
  // A single tool that takes the answer itself is how some libraries ask for a structure.
  const [only, ...others] = tools;
  const isForm = /^(?:extract|respond|output|answer|structured|json|format)/iu.test(
    only?.name ?? '',
  );
  if (isForm && others.length === 0 && used.size === 0) return only;
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

/** How well a question fits: a word of the tool's name weighs most, then those that describe it. */
function fit({ name, description }: Tool, question: string): number {
  const lower = question.toLowerCase();
  if (lower.includes(name.toLowerCase())) return 100;
  const said = wordsOf(question);
  const asked = new Set([...said, ...said.flatMap((word) => english.get(word) ?? [])].map(stem));
  const inName = name
    .split(/[_-]|(?<=[a-z])(?=[A-Z])/u)
    .map(stem)
    .filter((word) => word.length > 2 && !verbs.has(word));
  const named = inName.filter((word) => asked.has(word)).length;
  const described = wordsOf(description).filter((word) => asked.has(stem(word))).length;
  if (named > 0) return named * 10 + described;
  // One word of Japanese says as much as two of English.
  return described > (isJapanese(question) ? 0 : 1) ? described : 0;
}

/** What Japanese words are called in the names of tools. */
const english: ReadonlyMap<string, readonly string[]> = new Map(
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

/** Words that begin many names and say little. */
const verbs: ReadonlySet<string> = new Set(
  ['get', 'set', 'list', 'find', 'fetch', 'look', 'lookup', 'search', 'the', 'tool', 'make'].map(
    stem,
  ),
);
