import { cacheControl } from '#local/bedrock/api/anthropic/cache-control.ts';
import { toolShape } from '#local/bedrock/api/anthropic/read-tools.ts';
import { invalid, type BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import {
  anything,
  blob,
  boolean,
  either,
  integer,
  list,
  number,
  object,
  oneOf,
  string,
  structure,
  tagged,
  type Path,
  type Problem,
  type Shaped,
} from '#local/wire/shape.ts';

/** The request of Anthropic's Messages, for InvokeModel and for Anthropic's own API. */

const cached = { cache_control: cacheControl };

const textBlock = structure({ text: string() }, cached);

const image = structure(
  {
    source: structure({
      type: oneOf('base64'),
      media_type: oneOf('image/png', 'image/jpeg', 'image/gif', 'image/webp'),
      data: blob,
    }),
  },
  cached,
);

const documentContent = either(string(), list(tagged('type', { text: textBlock, image })));

const document = structure(
  {
    source: tagged('type', {
      base64: structure({ media_type: string(), data: blob }),
      text: structure({ data: string() }),
      content: structure({ content: documentContent }),
    }),
  },
  { ...cached, title: string(), context: string(), citations: structure({ enabled: boolean }) },
);

const searchResult = structure(
  { source: string(), title: string(), content: list(textBlock) },
  { ...cached, citations: structure({ enabled: boolean }) },
);

const resultBlock = tagged('type', {
  text: textBlock,
  image,
  document,
  search_result: searchResult,
});

const serverToolResult = structure({ tool_use_id: string(), content: anything });

const block = tagged('type', {
  text: textBlock,
  image,
  document,
  search_result: searchResult,
  tool_use: structure({ id: string({ min: 1 }), name: string({ min: 1 }), input: object }, cached),
  tool_result: structure(
    { tool_use_id: string({ min: 1 }) },
    { ...cached, content: either(string(), list(resultBlock)), is_error: boolean },
  ),
  thinking: structure({ thinking: string(), signature: string() }),
  redacted_thinking: structure({ data: string() }),
  server_tool_use: structure({ id: string(), name: string(), input: object }),
  web_search_tool_result: serverToolResult,
  code_execution_tool_result: serverToolResult,
  bash_code_execution_tool_result: serverToolResult,
  tool_search_tool_result: serverToolResult,
});

const toolChoice = structure(
  { type: oneOf('auto', 'any', 'tool', 'none') },
  { name: string(), disable_parallel_tool_use: boolean },
);

export const messagesShape = structure(
  {
    max_tokens: integer({ min: 1 }),
    messages: list(
      structure({
        role: oneOf('user', 'assistant', 'system'),
        content: either(string(), list(block)),
      }),
      { min: 1 },
    ),
  },
  {
    anthropic_version: string(),
    model: string(),
    stream: boolean,
    system: either(string(), list(structure({ type: oneOf('text'), text: string() }, cached))),
    tools: list(toolShape),
    anthropic_beta: list(string()),
    tool_choice: toolChoice,
    thinking: object,
    stop_sequences: list(string({ min: 1 })),
    temperature: number({ min: 0, max: 1 }),
    top_p: number({ min: 0, max: 1 }),
    top_k: integer({ min: 0 }),
    metadata: object,
    output_config: structure(
      {},
      { format: structure({ type: oneOf('json_schema'), schema: object }), effort: string() },
    ),
  },
);

export type MessagesRequest = Shaped<typeof messagesShape>;
export type MessagesBlock = Shaped<typeof block>;
export type DocumentContent = Shaped<typeof documentContent>;
export type MessagesDocument = Shaped<typeof document>;

/** Returns the error of Anthropic's models: each invalid field and what is wrong with it. */
export function invalidFields(problems: readonly Problem[]): BedrockError {
  return invalid(
    problems.map((problem) => `${fieldName(problem.path)}: ${describe(problem)}`).join('\n'),
  );
}

function fieldName(path: Path): string {
  return path.length === 0 ? 'request' : path.join('.');
}

function describe({ rule }: Problem): string {
  switch (rule.type) {
    case 'present':
      return 'Field required';
    case 'kind':
      return `Input should be a valid ${{ array: 'list', object: 'dictionary' }[rule.kind] ?? rule.kind}`;
    case 'at-least':
      return `Input should be greater than or equal to ${rule.limit}`;
    case 'at-most':
      return `Input should be less than or equal to ${rule.limit}`;
    case 'min-length':
      return `at least ${rule.limit} item is required`;
    case 'one-of':
      return `Input should be ${rule.values.map((value) => `'${value}'`).join(' or ')}`;
    case 'each':
    case 'max-length':
    case 'pattern':
      return 'Input is not valid';
    case 'one-member':
    case 'known-member':
      return 'Extra inputs are not permitted';
  }
}
