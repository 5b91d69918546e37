import { invalid, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { checkMessages } from '#local/bedrock/api/converse/check-messages.ts';
import {
  converseShape,
  type ConverseRequest,
  type WireMessage,
  type WireToolConfig,
} from '#local/bedrock/api/converse/request-shape.ts';
import { toBlock, toSystemBlock } from '#local/bedrock/api/converse/blocks.ts';
import { checkPointer } from '#local/bedrock/api/converse/json-pointer.ts';
import { availableTools, toSystemBlocks } from '#local/bedrock/api/converse/system-messages.ts';
import { readNativeTools } from '#local/bedrock/api/converse/native-tools.ts';
import { checkOutputSchema } from '#local/bedrock/model/output-schema.ts';
import { showsReasoning } from '#local/bedrock/model/reasoning-request.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { maxAnswerTokens } from '#local/bedrock/turn/plain-turn.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import type {
  GuardrailRequest,
  ModelTurn,
  ServerTool,
  Tool,
  ToolCachePoint,
  ToolChoice,
  TurnMessage,
} from '#local/bedrock/turn/turn.ts';
import { isRecord, readShape } from '#local/wire/shape.ts';

/** Reads the body of Converse and ConverseStream. Throws Bedrock's errors for invalid requests. */
export function readConverse(model: ModelFacts, body: Buffer): ModelTurn {
  return toTurn(model, readShape(converseShape, parseBody(body), invalidRequest));
}

/**
 * Converts a request of Converse, ConverseStream or CountTokens to a turn. Throws Bedrock's errors.
 */
export function toTurn(
  model: ModelFacts,
  request: ConverseRequest,
  api: 'converse' | 'native' = 'converse',
): ModelTurn {
  checkModelSupport(model);
  checkMessages(request);
  const fields = request.additionalModelRequestFields ?? {};
  const inference = request.inferenceConfig ?? {};
  const maxTokens = maxAnswerTokens(inference.maxTokens, model);
  const schema =
    request.outputConfig?.textFormat?.structure.value.schema ?? nativeSchema(model, fields);
  return {
    model,
    system: (request.system ?? []).map(toSystemBlock),
    messages: toMessages(request.messages),
    maxTokens,
    stopSequences: inference.stopSequences ?? [],
    inference,
    ...readTools(model, request),
    asked: {
      api,
      fields,
      effort: request.outputConfig?.effort,
      hasSystemMessages: request.messages.some(({ role }) => role === 'system'),
    },
    schema: schema === undefined ? undefined : checkOutputSchema(schema, model),
    isReasoning: showsReasoning(model, fields),
    guardrail: readGuardrail(request.guardrailConfig),
    serving: {
      serviceTier: request.serviceTier?.type,
      latency: request.performanceConfig?.latency,
    },
    responsePaths: request.additionalModelResponseFieldPaths?.map(checkPointer),
    metadata: request.requestMetadata ?? {},
  };
}

function toMessages(messages: readonly WireMessage[]): readonly TurnMessage[] {
  const read: TurnMessage[] = [];
  for (const message of messages) {
    const { role, content } = message;
    const last = read.at(-1);
    if (role !== 'system') read.push({ role, content: content.map(toBlock) });
    else if (last !== undefined) {
      read[read.length - 1] = { ...last, content: [...last.content, ...toSystemBlocks(message)] };
    }
  }
  return read;
}

/** Returns the schema from Anthropic's own request fields, which the AI SDK uses. */
function nativeSchema(
  { traits }: ModelFacts,
  { output_config: config, output_format: beta }: Readonly<Record<string, unknown>>,
): string | undefined {
  const format = isRecord(config) ? config['format'] : beta;
  if (traits.nativeSchema !== 'anthropic' || !isRecord(format)) return undefined;
  return isRecord(format['schema']) ? JSON.stringify(format['schema']) : undefined;
}

function checkModelSupport({ output }: ModelFacts): void {
  if (output !== 'EMBEDDING') return;
  throw invalid('The action or operation is not supported for this model.');
}

function readTools(
  model: ModelFacts,
  { toolConfig: config, messages, additionalModelRequestFields: fields = {} }: ConverseRequest,
): Pick<ModelTurn, 'tools' | 'toolChoice' | 'toolCachePoints' | 'serverTools'> {
  const serverTools: ServerTool[] = [];
  const toolCachePoints: ToolCachePoint[] = [];
  const tools: Tool[] = [];
  for (const { type, value } of config?.tools ?? []) {
    if (type === 'cachePoint') {
      toolCachePoints.push({ ttl: value.ttl ?? '5m', after: tools.length });
    } else if (type === 'systemTool') serverTools.push({ type: value.name, name: value.name });
    else {
      const { name, description = '', inputSchema, strict: isStrict } = value;
      checkTool(tools, { name, description, inputSchema: inputSchema.value, isStrict });
    }
  }
  const toolChoice = readToolChoice(config);
  if (toolChoice.type === 'tool' && !tools.some(({ name }) => name === toolChoice.name)) {
    throw invalid(
      `The tool name ${toolChoice.name} in toolConfig.toolChoice is not defined in toolConfig.tools.`,
    );
  }
  const native = readNativeTools(model, fields).filter(
    ({ name }) => !tools.some((tool) => tool.name === name),
  );
  const available = availableTools([...tools, ...native], messages);
  return { tools: available, toolChoice, toolCachePoints, serverTools };
}

function checkTool(tools: Tool[], tool: Tool): void {
  if (tools.some(({ name }) => name === tool.name)) {
    throw invalid(`The tool ${tool.name} is already defined. Tool names must be unique.`);
  }
  if (tool.inputSchema['type'] !== 'object') {
    const place = `toolConfig.tools.${tools.length}.toolSpec.inputSchema.json.type`;
    throw invalid(`The value at ${place} must be one of the following: object.`);
  }
  tools.push(tool);
}

function readToolChoice(config: WireToolConfig | undefined): ToolChoice {
  const choice = config?.toolChoice;
  if (choice === undefined) return { type: 'auto' };
  return choice.type === 'tool' ? { type: 'tool', name: choice.value.name } : { type: choice.type };
}

function readGuardrail(config: ConverseRequest['guardrailConfig']): GuardrailRequest | undefined {
  if (config === undefined) return undefined;
  const { guardrailIdentifier: identifier, guardrailVersion: version } = config;
  if (identifier === undefined || version === undefined) {
    throw invalid('Both guardrailIdentifier and guardrailVersion are required in guardrailConfig.');
  }
  const { trace = 'disabled', streamProcessingMode: mode = 'sync' } = config;
  return { identifier, version, trace, mode };
}
