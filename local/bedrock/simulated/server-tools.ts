import type {
  AnswerEvent,
  Citation,
  ServerToolBlock,
  ServerToolOutput,
} from '#local/bedrock/turn/answer.ts';
import { calculate } from '#local/bedrock/simulated/calculate.ts';
import { pickTools } from '#local/bedrock/simulated/tool-use/pick-tools.ts';
import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import type { PlannedText } from '#local/bedrock/simulated/plan.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { lastUserText, type ModelTurn, type ServerTool } from '#local/bedrock/turn/turn.ts';

/** What the service ran for an answer, and what the answer says about it. */
export interface ServerToolRun {
  readonly blocks: readonly ServerToolBlock[];
  readonly text: readonly PlannedText[];
}

/**
 * Returns the runs of the server tools that a question calls for. Nothing is searched and no code is
 * run: each result says that it is simulated.
 */
export function runServerTools(turn: ModelTurn): readonly ServerToolRun[] {
  const { serverTools = [] } = turn;
  return serverTools.flatMap((tool) => {
    const run = runTool(tool, turn);
    return run === undefined ? [] : [run];
  });
}

/** Emits the blocks of the runs, each with the index that `nextIndex` returns. */
export function* serverToolEvents(
  runs: readonly ServerToolRun[],
  nextIndex: () => number,
): Generator<AnswerEvent> {
  for (const block of runs.flatMap(({ blocks }) => blocks)) {
    yield { type: 'server-tool', index: nextIndex(), block };
  }
}

function runTool(tool: ServerTool, turn: ModelTurn): ServerToolRun | undefined {
  const question = lastUserText(turn);
  const isAskedFor =
    question.toLowerCase().includes(tool.name.toLowerCase()) ||
    (turn.toolChoice.type === 'tool' && turn.toolChoice.name === tool.name);
  if (tool.name.startsWith('tool_search')) return runToolSearch(tool, turn);
  const isSearch = /search|grounding/u.test(tool.name);
  if (!isAskedFor && !(isSearch ? searchWords : codeWords).test(question)) return undefined;
  return isSearch ? runSearch(tool, question, turn) : runCode(tool, question, turn);
}

const searchWords =
  /\b(?:search|look up|web|internet|online|latest|news|current(?:ly)?|today)\b|検索|調べ|最新|ニュース|今日|現在/iu;
const codeWords =
  /\b(?:code|python|script|calculate|compute|average|sum of|run|execute)\b|計算|平均|コード|実行/iu;

function runSearch(tool: ServerTool, question: string, turn: ModelTurn): ServerToolRun {
  const query = findTopic(question) ?? question.slice(0, 80);
  const page = {
    domain: 'example.com',
    title: `Simulated search result: ${query}`,
    url: `https://example.com/simulated/${idFrom(query, 8)}`,
  };
  const said = 'No search was made: this search result is simulated.';
  const location = { type: 'web', url: page.url, domain: page.domain } as const;
  const citation: Citation = { title: page.title, source: page.url, text: said, location };
  const output = { type: 'web-search', pages: [page] } as const;
  // Nova's citation of the web is a block of its own after the text, which has no text again.
  const text = isNova(tool)
    ? [{ text: `\n\n${said}` }, { text: '', citation }]
    : [{ text: `\n\n${said}`, citation }];
  return { blocks: blocksOf(tool, { query }, output, turn), text };
}

function runCode(tool: ServerTool, question: string, turn: ModelTurn): ServerToolRun {
  const [expression, value] = calculate(question) ?? [];
  const code = `print(${expression ?? JSON.stringify(question.slice(0, 80))})`;
  const said = 'No code was run: this output is simulated.';
  const stdout = value === undefined ? said : `${value}\n${said}`;
  const output = { type: 'code', stdout, stderr: '', exitCode: 0 } as const;
  const isBash = codeToolName(tool) === 'bash_code_execution';
  const input = isBash ? { command: `python3 -c '${code.replaceAll("'", '"')}'` } : { code };
  const name = codeToolName(tool);
  return {
    blocks: blocksOf({ ...tool, name }, input, output, turn),
    text: [{ text: `\n\n${said}` }],
  };
}

/** From its second version on, Anthropic's code execution is a shell. */
function codeToolName({ type, name }: ServerTool): string {
  return /^code_execution_(?!20250522)/u.test(type) ? 'bash_code_execution' : name;
}

/** A tool that is not loaded yet is searched for before it is called. */
function runToolSearch(tool: ServerTool, turn: ModelTurn): ServerToolRun | undefined {
  const deferred = pickTools(turn).filter(({ isDeferred }) => isDeferred === true);
  if (deferred.length === 0) return undefined;
  const names = deferred.map(({ name }) => name);
  const isRegex = tool.name.includes('regex');
  const input = isRegex ? { pattern: names.join('|') } : { query: names.join(' ') };
  const output = { type: 'tool-search', names } as const;
  return { blocks: blocksOf(tool, input, output, turn), text: [] };
}

function isNova({ name }: ServerTool): boolean {
  return name.startsWith('nova_');
}

function blocksOf(
  { name }: ServerTool,
  input: Readonly<Record<string, unknown>>,
  output: ServerToolOutput,
  { messages }: ModelTurn,
): readonly ServerToolBlock[] {
  const toolUseId = idFrom(JSON.stringify([messages, name, input]), 22);
  return [
    { type: 'use', toolUseId, name, input },
    { type: 'result', toolUseId, name, output },
  ];
}
