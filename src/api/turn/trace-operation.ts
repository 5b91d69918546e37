import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import type { Operation, OperationObserver } from '#domain/operation/operation.ts';
import { newSpanId, type Attributes, type Span, type SpanKind } from '#api/tracing/span.ts';

/*
 * The spans of operations follow OpenTelemetry's semantic conventions for generative AI, v0.1.0,
 * and for databases, v1.45.0. Neither prompts and answers nor arguments of tools are attributes.
 */

/** The parent of an operation's span, and its clock. */
export interface OperationContext {
  readonly parentSpanId: string;
  nowMs(): number;
  /** Called with the span when the operation has ended. */
  onSpan(span: Span): void;
}

/** Begins the span of an operation, and returns what is informed of the operation. */
export function traceOperation(
  operation: Operation,
  { parentSpanId, nowMs, onSpan }: OperationContext,
): OperationObserver {
  const startMs = nowMs();
  const answer: AnswerNotes = {};
  return {
    onEvent(event) {
      if (answer.firstMs === undefined && isDelta(event)) answer.firstMs = nowMs() - startMs;
      else if (event.type === 'message-stop') answer.stopReason = event.stopReason;
      else if (event.type === 'usage') answer.usage = event.usage;
    },
    onEnd(error) {
      const { attributes, ...description } = describe(operation);
      onSpan({
        ...description,
        spanId: newSpanId(),
        parentSpanId,
        startMs,
        endMs: nowMs(),
        attributes: { ...attributes, ...answerAttributes(answer), 'error.type': error?.code },
        hasFailed: error !== undefined,
      });
    },
  };
}

/** What the events of an answer say about it. */
interface AnswerNotes {
  firstMs?: number;
  stopReason?: string;
  usage?: Usage;
}

function answerAttributes({ firstMs, stopReason, usage }: AnswerNotes): Attributes {
  return {
    ...firstChunk(firstMs),
    'gen_ai.response.finish_reasons': stopReason === undefined ? undefined : [stopReason],
    ...(usage === undefined ? {} : usageAttributes(usage)),
  };
}

/** Returns the attribute for the time to the first part of an answer, in seconds. */
export function firstChunk(ms: number | undefined): Attributes {
  return ms === undefined ? {} : { 'gen_ai.response.time_to_first_chunk': ms / 1_000 };
}

/** Returns the attributes for tokens. By the conventions, the input includes cached tokens. */
export function usageAttributes(usage: Omit<Usage, 'totalTokens' | 'isEstimated'>): Attributes {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = usage;
  return {
    'gen_ai.usage.input_tokens': inputTokens + cacheReadInputTokens + cacheWriteInputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    'gen_ai.usage.cache_read.input_tokens': cacheReadInputTokens || undefined,
    'gen_ai.usage.cache_write.input_tokens': cacheWriteInputTokens || undefined,
  };
}

function describe(operation: Operation): Pick<Span, 'name' | 'kind' | 'attributes'> {
  switch (operation.type) {
    case 'model-call': {
      const { modelId, knowledgeBase } = operation;
      return describeAi('client', 'chat', `chat ${modelId}`, {
        'gen_ai.request.model': modelId,
        'gen_ai.data_source.id': knowledgeBase,
      });
    }
    case 'agent-call': {
      const { agent } = operation;
      return describeAi('client', 'invoke_agent', `invoke_agent ${agent}`, {
        'gen_ai.agent.name': agent,
      });
    }
    case 'tool-call': {
      const { tool, toolUseId } = operation;
      return describeAi('internal', 'execute_tool', `execute_tool ${tool}`, {
        'gen_ai.tool.name': tool,
        'gen_ai.tool.call.id': toolUseId,
        'gen_ai.tool.type': 'function',
      });
    }
    case 'retrieval':
      return describeAi('internal', 'retrieval', 'retrieval', {
        'gen_ai.data_source.id': operation.knowledgeBase,
      });
    case 'table-write': {
      const attributes = { 'db.system.name': 'aws.dynamodb', 'streambed.write': operation.write };
      return { name: `write ${operation.write}`, kind: 'client', attributes };
    }
  }
}

function describeAi(
  kind: SpanKind,
  operation: string,
  name: string,
  more: Attributes,
): Pick<Span, 'name' | 'kind' | 'attributes'> {
  const common = { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': provider };
  return { kind, name, attributes: { ...common, ...more } };
}

/** Of all models, agents and knowledge bases. */
export const provider = 'aws.bedrock';

function isDelta({ type }: StreamEvent): boolean {
  return type === 'text-delta' || type === 'reasoning-delta' || type === 'tool-input-delta';
}
