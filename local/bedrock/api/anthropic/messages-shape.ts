import { withBetas } from '#local/bedrock/api/anthropic/betas.ts';
import { cacheControl } from '#local/bedrock/api/anthropic/cache-control.ts';
import { createToolShape } from '#local/bedrock/api/anthropic/read-tools.ts';
import {
  anything,
  blob,
  boolean,
  closedStructure,
  either,
  integer,
  list,
  number,
  object,
  oneOf,
  string,
  structure,
  tagged,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';

/**
 * The request of Anthropic's Messages, for InvokeModel and for Anthropic's own API. Members that are
 * not in here are refused, as by Anthropic, with the type of a block as a part of their path.
 */

const inPath = { isInPath: true };

const cached = { cache_control: cacheControl };

const textBlock = closedStructure({ text: string() }, { ...cached, citations: anything });

const imageTypes = oneOf('image/png', 'image/jpeg', 'image/gif', 'image/webp');

const image = closedStructure(
  {
    source: tagged(
      'type',
      { base64: closedStructure({ media_type: imageTypes, data: blob }) },
      inPath,
    ),
  },
  cached,
);

const citations = closedStructure({}, { enabled: boolean });

const documentContent = either(string(), list(tagged('type', { text: textBlock, image }, inPath)));

const documentSources = {
  base64: closedStructure({ media_type: string(), data: blob }),
  text: closedStructure({ data: string() }, { media_type: string() }),
  content: closedStructure({ content: documentContent }),
};

const document = closedStructure(
  { source: tagged('type', documentSources, inPath) },
  { ...cached, title: string(), context: string(), citations },
);

const searchResult = closedStructure(
  {
    source: string(),
    title: string(),
    content: list(tagged('type', { text: textBlock }, inPath)),
  },
  { ...cached, citations },
);

const resultBlock = tagged(
  'type',
  { text: textBlock, image, document, search_result: searchResult },
  inPath,
);

const serverToolResult = structure({ tool_use_id: string(), content: anything });

/** Members that only Anthropic's own API takes, and not Bedrock's InvokeModel. */
interface ApiMembers {
  readonly request: object;
  readonly tool: object;
  readonly toolUse: object;
  readonly outputConfig: object;
}

function createBlock({ toolUse }: ApiMembers) {
  return tagged(
    'type',
    {
      text: textBlock,
      image,
      document,
      search_result: searchResult,
      tool_use: closedStructure(
        { id: string({ min: 1 }), name: string({ min: 1 }), input: object },
        { ...cached, ...toolUse },
      ),
      tool_result: closedStructure(
        { tool_use_id: string({ min: 1 }) },
        { ...cached, content: either(string(), list(resultBlock)), is_error: boolean },
      ),
      thinking: closedStructure({ thinking: string() }, { signature: string() }),
      redacted_thinking: closedStructure({ data: string() }),
      server_tool_use: structure({ id: string(), name: string(), input: object }),
      web_search_tool_result: serverToolResult,
      code_execution_tool_result: serverToolResult,
      bash_code_execution_tool_result: serverToolResult,
      tool_search_tool_result: serverToolResult,
    },
    inPath,
  );
}

const parallel = { disable_parallel_tool_use: boolean };

const toolChoice = tagged(
  'type',
  {
    auto: closedStructure({}, parallel),
    any: closedStructure({}, parallel),
    tool: closedStructure({ name: string() }, parallel),
    none: closedStructure({}),
  },
  inPath,
);

const shown = { display: oneOf('summarized', 'omitted'), block_binding: object };

const thinkingKinds = tagged(
  'type',
  {
    enabled: closedStructure({ budget_tokens: integer({ min: 1_024 }) }, shown),
    adaptive: closedStructure({}, shown),
    disabled: closedStructure({}),
  },
  inPath,
);

/** The settings of thinking, which are checked and then read as they came. */
const thinking: Shape<Readonly<Record<string, unknown>>> = (value, path, problems) => {
  thinkingKinds(value, path, problems);
  return object(value, path, []);
};

const format = closedStructure({ type: oneOf('json_schema'), schema: object }, { name: string() });

function createMembers(api: ApiMembers) {
  return {
    anthropic_version: string(),
    system: either(
      string(),
      list(
        closedStructure(
          { type: oneOf('text'), text: string() },
          { ...cached, citations: anything },
        ),
      ),
    ),
    tools: list(createToolShape(api.tool)),
    anthropic_beta: list(string()),
    tool_choice: toolChoice,
    thinking,
    stop_sequences: list(string({ min: 1 })),
    temperature: number({ min: 0, max: 1 }),
    top_p: number({ min: 0, max: 1 }),
    top_k: integer({ min: 0 }),
    metadata: closedStructure({}, { user_id: string() }),
    output_config: closedStructure(
      {},
      { format, effort: oneOf('low', 'medium', 'high', 'xhigh', 'max'), ...api.outputConfig },
    ),
    output_format: format,
    ...api.request,
  };
}

function createShape(api: ApiMembers) {
  const message = closedStructure({
    role: oneOf('user', 'assistant', 'system'),
    content: either(string(), list(createBlock(api))),
  });
  return closedStructure(
    { max_tokens: integer({ min: 1 }), messages: list(message, { min: 1 }) },
    { ...createMembers(api), model: string(), stream: boolean },
  );
}

const onlyBedrock: ApiMembers = { request: {}, tool: {}, toolUse: {}, outputConfig: {} };

/** The request of Anthropic's own API. */
export const messagesShape = createShape({
  request: {
    cache_control: cacheControl,
    container: anything,
    context_management: object,
    fallbacks: anything,
    inference_geo: string(),
    mcp_servers: list(object),
    service_tier: string(),
    speed: string(),
  },
  tool: {
    eager_input_streaming: boolean,
    input_examples: list(object),
    allowed_callers: list(string()),
  },
  toolUse: { caller: object },
  outputConfig: { task_budget: object },
});

/** The request of InvokeModel. Its path selects the model and streaming. */
export const nativeMessagesShape: Shape<MessagesRequest> = withBetas(createShape(onlyBedrock));

/** What Converse passes on to a model: the members that it has no own ones for. */
export const messagesFieldsShape = withBetas(
  closedStructure(
    {},
    { ...createMembers(onlyBedrock), max_tokens: integer({ min: 1 }), reasoning_config: thinking },
  ),
);

export type MessagesRequest = Shaped<typeof messagesShape>;
export type MessagesBlock = Shaped<ReturnType<typeof createBlock>>;
export type DocumentContent = Shaped<typeof documentContent>;
export type MessagesDocument = Shaped<typeof document>;
