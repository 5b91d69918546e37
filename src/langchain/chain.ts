import { answerCutShort } from '#domain/errors.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { ChatBedrockConverse } from '@langchain/aws';
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  type BaseMessage,
  type UsageMetadata,
} from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate, MessagesPlaceholder } from '@langchain/core/prompts';
import type { CallSettings } from '#aws/model/guardrail.ts';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import { alternateRoles, type PromptMessage } from '#domain/conversation/message.ts';
import type { StopReason } from '#domain/conversation/stream-event.ts';
import { valueAt } from '#domain/json.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** The model of a chain, and the client that calls it. */
export interface ChainSettings extends CallSettings {
  readonly modelId: string;
  readonly region: string;
  readonly maxTokens: number;
  /** A client on HTTP/1.1: the SDK's default ends a broken stream as if it were complete. */
  readonly client: BedrockRuntimeClient;
}

/**
 * Answers the last message and emits the text as it arrives. Throws a `ChatError` if the answer is
 * incomplete.
 */
export type Chain = (
  messages: readonly PromptMessage[],
  signal: AbortSignal,
) => AsyncIterable<TextEvent>;

/** Returns a LangChain chain on Bedrock: a prompt with the history, the model and a text parser. */
export function createChain(settings: ChainSettings): Chain {
  const prompt = ChatPromptTemplate.fromMessages([
    new MessagesPlaceholder('history'),
    ['human', '{question}'],
  ]);
  const model = createModel(settings);
  return async function* answer(messages, signal) {
    // Roles may not alternate, because of other clients or unanswered questions.
    const prepared = alternateRoles(messages).map(toLangChain);
    const parser = new StopTrackingParser();
    const chain = prompt.pipe(model).pipe(parser);
    try {
      const input = { history: prepared.slice(0, -1), question: prepared.at(-1)?.text };
      for await (const text of await chain.stream(input, { signal })) {
        if (text !== '') yield { type: 'text', text };
      }
    } catch (error) {
      throw toModelError(signal.aborted ? signal.reason : error);
    }
    const { stopReason, usage } = parser;
    if (stopReason === undefined) throw answerCutShort();
    yield { type: 'end', stopReason, ...(usage === undefined ? {} : { usage }) };
  };
}

function createModel(settings: ChainSettings): ChatBedrockConverse {
  const { modelId, region, maxTokens, client, guardrail, serviceTier } = settings;
  const { id: guardrailIdentifier, version: guardrailVersion } = guardrail ?? {};
  return new ChatBedrockConverse({
    model: modelId,
    region,
    maxTokens,
    client,
    // LangChain would repeat a request whose answer has already begun.
    maxRetries: 0,
    ...(guardrail && { guardrailConfig: { guardrailIdentifier, guardrailVersion } }),
    ...(serviceTier && { serviceTier }),
  });
}

function toLangChain(message: PromptMessage): BaseMessage {
  const parts = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const text = parts.join('\n\n');
  return message.role === 'user' ? new HumanMessage(text) : new AIMessage(text);
}

/** LangChain's text parser, extended to record the usage and why the model has stopped. */
class StopTrackingParser extends StringOutputParser {
  stopReason: StopReason | undefined;
  usage: Usage | undefined;

  override async *transform(
    chunks: AsyncGenerator<string | BaseMessage>,
    options: Parameters<StringOutputParser['transform']>[1],
  ): AsyncGenerator<string> {
    yield* super.transform(this.#track(chunks), options);
  }

  async *#track(
    chunks: AsyncGenerator<string | BaseMessage>,
  ): AsyncGenerator<string | BaseMessage> {
    for await (const chunk of chunks) {
      if (typeof chunk !== 'string') this.#record(chunk);
      yield chunk;
    }
  }

  #record(chunk: BaseMessage): void {
    const stopReason = valueAt(chunk.response_metadata, ['messageStop', 'stopReason']);
    if (typeof stopReason === 'string') this.stopReason = stopReason;
    const used = chunk instanceof AIMessageChunk ? chunk.usage_metadata : undefined;
    if (used === undefined) return;
    this.usage = toUsage(used);
  }
}

/** LangChain counts cached tokens among those of the input. They have prices of their own. */
function toUsage(used: UsageMetadata): Usage {
  const { input_tokens: allInput, output_tokens: outputTokens, input_token_details: cached } = used;
  const { cache_read: cacheReadInputTokens = 0, cache_creation: cacheWriteInputTokens = 0 } =
    cached ?? {};
  return {
    inputTokens: allInput - cacheReadInputTokens - cacheWriteInputTokens,
    outputTokens,
    totalTokens: allInput + outputTokens,
    cacheReadInputTokens,
    cacheWriteInputTokens,
  };
}
