import {
  anything,
  blob,
  boolean,
  integer,
  list,
  map,
  number,
  object,
  oneOf,
  string,
  structure,
  union,
  type Shaped,
} from '#local/wire/shape.ts';

/** The request of Converse, as in the service model of November 2026. */

const toolName = string({ min: 1, max: 64, pattern: '[a-zA-Z0-9_-]+' });
const toolUseId = string({ min: 1, max: 64, pattern: '[a-zA-Z0-9_.:-]+' });

const source = union({ bytes: blob, s3Location: structure({ uri: string({ max: 1_024 }) }) });

const documentSource = union({
  bytes: blob,
  s3Location: structure({ uri: string({ max: 1_024 }) }),
  text: string(),
  content: list(union({ text: string() })),
});

const image = structure({ format: oneOf('png', 'jpeg', 'gif', 'webp'), source });

const document = structure(
  { name: string({ min: 1, max: 200 }), source: documentSource },
  {
    format: oneOf('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'),
    context: string({ min: 1 }),
    citations: structure({ enabled: boolean }),
  },
);

const video = structure({
  format: oneOf('mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp'),
  source,
});

const audio = structure({ format: string(), source });

const searchResult = structure(
  { source: string(), title: string(), content: list(structure({ text: string() })) },
  { citations: structure({ enabled: boolean }) },
);

const guardContent = union({
  text: structure(
    { text: string() },
    { qualifiers: list(oneOf('grounding_source', 'query', 'guard_content')) },
  ),
  image,
});

const cachePoint = structure({ type: oneOf('default') }, { ttl: oneOf('5m', '1h') });

const toolResult = structure(
  {
    toolUseId,
    content: list(union({ json: anything, text: string(), image, document, video, searchResult })),
  },
  { status: oneOf('success', 'error'), type: string() },
);

const toolReference = structure({}, { type: string(), name: toolName, serverName: string() });

const contentBlock = union({
  text: string(),
  image,
  document,
  video,
  audio,
  toolUse: structure({ toolUseId, name: toolName, input: anything }, { type: string() }),
  toolResult,
  guardContent,
  cachePoint,
  reasoningContent: union({
    reasoningText: structure({ text: string() }, { signature: string() }),
    redactedContent: blob,
  }),
  citationsContent: structure(
    {},
    { content: list(union({ text: string() })), citations: anything },
  ),
  searchResult,
  toolAddition: structure({ tool: toolReference }),
  toolRemoval: structure({ tool: toolReference }),
});

const tool = union({
  toolSpec: structure(
    { name: toolName, inputSchema: union({ json: object }) },
    { description: string({ min: 1 }), strict: boolean },
  ),
  systemTool: structure({ name: toolName }),
  cachePoint,
});

export const messageShape = structure({
  role: oneOf('user', 'assistant', 'system'),
  content: list(contentBlock),
});

export const systemShape = list(union({ text: string(), guardContent, cachePoint }));

export const inferenceShape = structure(
  {},
  {
    maxTokens: integer({ min: 1 }),
    temperature: number({ min: 0, max: 1 }),
    topP: number({ min: 0, max: 1 }),
    stopSequences: list(string({ min: 1 }), { max: 2_500 }),
  },
);

export const toolConfigShape = structure(
  { tools: list(tool, { min: 1 }) },
  { toolChoice: union({ auto: anything, any: anything, tool: structure({ name: toolName }) }) },
);

const guardrailConfig = structure(
  {},
  {
    guardrailIdentifier: string({ max: 2_048 }),
    guardrailVersion: string({ pattern: '|[1-9][0-9]{0,7}|DRAFT' }),
    trace: oneOf('enabled', 'disabled', 'enabled_full'),
    streamProcessingMode: oneOf('sync', 'async'),
  },
);

const outputConfig = structure(
  {},
  {
    textFormat: structure({
      type: oneOf('json_schema'),
      structure: union({
        jsonSchema: structure(
          { schema: string({ min: 1 }) },
          { name: string(), description: string() },
        ),
      }),
    }),
    effort: oneOf('low', 'medium', 'high', 'xhigh', 'max'),
  },
);

export const converseShape = structure(
  { messages: list(messageShape) },
  {
    system: systemShape,
    inferenceConfig: inferenceShape,
    toolConfig: toolConfigShape,
    guardrailConfig,
    outputConfig,
    additionalModelRequestFields: object,
    additionalModelResponseFieldPaths: list(string({ min: 1, max: 256 }), { max: 10 }),
    promptVariables: map(union({ text: string() })),
    requestMetadata: map(string({ max: 256 })),
    performanceConfig: structure({}, { latency: oneOf('standard', 'optimized') }),
    serviceTier: structure({ type: oneOf('priority', 'default', 'flex', 'reserved') }),
  },
);

export type ConverseRequest = Shaped<typeof converseShape>;
export type WireMessage = Shaped<typeof messageShape>;
export type WireBlock = Shaped<typeof contentBlock>;
export type WireSystem = Shaped<typeof systemShape>;
export type WireToolConfig = Shaped<typeof toolConfigShape>;
export type WireDocument = Shaped<typeof document>;
export type WireToolResult = Shaped<typeof toolResult>;
export type WireSource = Shaped<typeof source>;
