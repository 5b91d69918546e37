import type {
  CachePointBlock,
  ToolUseBlock as ConverseToolUse,
  ContentBlock as ConverseBlock,
  ConverseStreamCommandInput,
  Message as ConverseMessage,
} from '@aws-sdk/client-bedrock-runtime';
import { cachePointsFor, placeOfCachePoint } from '#aws/model/cache-points.ts';
import {
  staysForAnHour,
  thoughtfulMessages,
  toConverseSettings,
} from '#aws/model/converse-settings.ts';
import type { FileBlock } from '#domain/conversation/attachment.ts';
import {
  assistantMessage,
  userMessage,
  type PassageBlock,
  type PromptMessage,
  type ReasoningBlock,
} from '#domain/conversation/message.ts';
import type {
  InferenceConfig,
  ModelOptions,
  ModelRequest,
  ToolChoice,
} from '#domain/model/model.ts';
import { parseExactJson } from '#domain/json.ts';

type ToolUseInput = ConverseToolUse['input'];

/** Returns a model request as the input of Bedrock's Converse API. */
export function toConverseRequest(request: ModelRequest): ConverseStreamCommandInput {
  const { modelId, messages, system, inference, answerSoFar, metadata } = request;
  const { afterSystem, afterMessages } = cachePointsFor(request);
  const cachePoint = toCachePoint(request);
  const thoughtful = thoughtfulMessages(request);
  const prompt = messages.map((message, index) => {
    const { role, content } = toConverseMessage(message, modelId, thoughtful.has(message));
    const place = afterMessages.has(index) ? placeOfCachePoint(content, modelId) : 0;
    return { role, content: place === 0 ? content : content.toSpliced(place, 0, cachePoint) };
  });
  const continuation = toContinuation(modelId, answerSoFar).map((message) =>
    toConverseMessage(message, modelId),
  );
  return {
    modelId,
    messages: [...prompt, ...continuation],
    inferenceConfig: toInferenceConfig(inference),
    ...(metadata === undefined ? {} : { requestMetadata: { ...metadata } }),
    ...toConverseSettings(request),
    ...toToolConfig(request),
    ...(system === undefined
      ? {}
      : { system: [{ text: system }, ...(afterSystem ? [cachePoint] : [])] }),
  };
}

/**
 * Returns the messages that make a model continue its answer. Models with prefill continue their
 * last message; the others need a request to do so.
 */
function toContinuation(modelId: string, answerSoFar = ''): readonly PromptMessage[] {
  if (answerSoFar === '') return [];
  const beginning = assistantMessage(answerSoFar);
  return takesPrefill.test(modelId) ? [beginning] : [beginning, userMessage(continueRequest)];
}

/** Claude up to 4.5, and Nova. Claude refuses prefill from Opus 4.6 on (Anthropic's documentation). */
const takesPrefill =
  /anthropic\.claude-(?:3|(?:haiku|sonnet|opus)-4-(?:[0-5]-|2025))|amazon\.nova-(?:micro|lite|pro|premier)/u;

const continueRequest =
  'Your answer was cut off. Go on exactly where it stopped, with the very next character. ' +
  'Repeat nothing, and say nothing about going on.';

function toCachePoint(request: ModelRequest): { readonly cachePoint: CachePointBlock } {
  return { cachePoint: { type: 'default', ...(staysForAnHour(request) ? { ttl: '1h' } : {}) } };
}

interface FilledMessage extends Pick<ConverseMessage, 'role'> {
  readonly content: ConverseBlock[];
}

function toConverseMessage(
  { role, content }: PromptMessage,
  modelId: string,
  hasThoughts = false,
): FilledMessage {
  const blocks = content.flatMap((block) =>
    block.type === 'reasoning' && hasThoughts ? toThought(block) : toConverseBlocks(block, modelId),
  );
  return { role, content: blocks };
}

/** Without its signature, Claude refuses a thought. */
function toThought({ text, signature }: ReasoningBlock): readonly ConverseBlock[] {
  if (signature === undefined) return [];
  return [{ reasoningContent: { reasoningText: { text, signature } } }];
}

/** Converse refuses blank text. Reasoning about earlier questions need not be sent back. */
function toConverseBlocks(
  block: PromptMessage['content'][number],
  modelId: string,
): readonly ConverseBlock[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ text: block.text }];
    case 'reasoning':
      return [];
    case 'image': {
      const { format, base64 } = block;
      // A plain array: the JSON form of a Buffer, a list of numbers, would be made in vain.
      const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
      return [{ image: { format, source: { bytes } } }];
    }
    case 'file':
      return [toFileBlock(block)];
    // The bytes of files are read before a model is asked (`domain/conversation/attached-files.ts`).
    case 'attachment':
    case 'retrieval':
    case 'citation':
    case 'approval':
      return [];
    case 'passage':
      return [toPassageBlock(block, modelId)];
    case 'tool-result': {
      const { toolUseId, text, isError } = block;
      const content = [{ text: text === '' ? '(nothing)' : text }];
      const status = isError === true ? ({ status: 'error' } as const) : {};
      return [{ toolResult: { toolUseId: toToolUseId(toolUseId), content, ...status } }];
    }
    case 'tool-use': {
      const { toolUseId, name, inputJson } = block;
      const input = toInput(inputJson);
      return [{ toolUse: { toolUseId: toToolUseId(toolUseId), name: toToolName(name), input } }];
    }
  }
}

/**
 * The name of a document is not the file's own: Bedrock accepts few characters, refuses two documents
 * of one name, and warns that models take a name for an instruction.
 */
function toFileBlock({ number, format, bytes }: FileBlock): ConverseBlock {
  const source = { bytes };
  switch (format) {
    case 'png':
    case 'jpeg':
    case 'gif':
    case 'webp':
      return { image: { format, source } };
    case 'pdf':
    case 'txt':
    case 'md':
    case 'html':
    case 'csv':
    case 'docx':
    case 'xlsx':
      return { document: { format, name: `File ${number}`, source } };
  }
}

/** Agents may use any tool name. Bedrock accepts letters, digits, `_` and `-`. */
function toToolName(name: string): string {
  const accepted = name.replaceAll(/[^\w-]/gu, '_').slice(0, 64);
  return accepted === '' ? 'tool' : accepted;
}

/** Tool use ids of other providers may have characters that Bedrock refuses. */
function toToolUseId(id: string): string {
  return id.replaceAll(/[^\w-]/gu, '_').slice(0, 64);
}

/** Input that is not a JSON object is replaced by an empty one. The result explains the error. */
function toInput(json: string): ToolUseInput {
  try {
    const input = parseExactJson(json === '' ? '{}' : json);
    return isDocument(input) ? input : {};
  } catch {
    return {};
  }
}

function isDocument(value: unknown): value is NonNullable<ToolUseInput> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Models for which Converse generates citations (Bedrock user guide, "Search results"). */
const acceptsSearchResults = /anthropic\./u;

/** Other models get the passage as text and cite it by its number. */
function toPassageBlock({ number, passage }: PassageBlock, modelId: string): ConverseBlock {
  const { text, source, title = source } = passage;
  if (!acceptsSearchResults.test(modelId)) {
    return { text: `Passage [${number}], from ${title}:\n${text}\nCite it as [${number}].\n` };
  }
  return { searchResult: { source, title, content: [{ text }], citations: { enabled: true } } };
}

function toInferenceConfig(
  inference: InferenceConfig,
): NonNullable<ConverseStreamCommandInput['inferenceConfig']> {
  const { maxTokens, temperature, topP, stopSequences } = inference;
  return {
    maxTokens,
    temperature,
    topP,
    stopSequences: stopSequences === undefined ? undefined : [...stopSequences],
  };
}

type ToolConfig = NonNullable<ConverseStreamCommandInput['toolConfig']>;

function toToolConfig({ tools = [], toolChoice }: ModelOptions): { toolConfig?: ToolConfig } {
  if (tools.length === 0) return {};
  const specs = tools.map(({ name, description, inputSchema }) => ({
    toolSpec: {
      name,
      // Bedrock refuses an empty description.
      ...(description === undefined || description === '' ? {} : { description }),
      inputSchema: { json: JSON.parse(JSON.stringify(inputSchema)) },
    },
  }));
  const choice = toolChoice === undefined ? {} : { toolChoice: toToolChoice(toolChoice) };
  return { toolConfig: { tools: specs, ...choice } };
}

function toToolChoice(choice: ToolChoice): NonNullable<ToolConfig['toolChoice']> {
  switch (choice.type) {
    case 'auto':
      return { auto: {} };
    case 'any':
      return { any: {} };
    case 'tool':
      return { tool: { name: choice.name } };
  }
}
