import { answerCutShort } from '#domain/errors.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { ChatBedrockConverse } from '@langchain/aws';
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  type BaseMessage,
} from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate, MessagesPlaceholder } from '@langchain/core/prompts';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import { alternateRoles, type PromptMessage } from '#domain/conversation/message.ts';
import type { Usage } from '#domain/conversation/usage.ts';

export interface ChainSettings {
  readonly modelId: string;
  readonly region: string;
  readonly maxTokens: number;
  /** One on HTTP/1.1: the SDK's default ends a broken stream as if it were whole. */
  readonly client: BedrockRuntimeClient;
}

/**
 * Answers the last of some messages with the text of a chain, as it comes; throws a `ChatError` for
 * one that is not whole.
 */
export type Chain = (
  messages: readonly PromptMessage[],
  signal: AbortSignal,
) => AsyncIterable<TextEvent>;

/** A LangChain chain on Bedrock: a prompt with the history, the model, and a parser of its text. */
export function createChain({ modelId, region, maxTokens, client }: ChainSettings): Chain {
  const prompt = ChatPromptTemplate.fromMessages([
    new MessagesPlaceholder('history'),
    ['human', '{question}'],
  ]);
  const model = new ChatBedrockConverse({
    model: modelId,
    region,
    maxTokens,
    client,
    // It would ask again for an answer that is half told.
    maxRetries: 0,
  });
  return async function* answer(messages, signal) {
    // Other clients, and questions that got no answer, leave what does not alternate.
    const exchange = alternateRoles(messages).map(toLangChain);
    const parser = new WatchingParser();
    const chain = prompt.pipe(model).pipe(parser);
    try {
      const given = { history: exchange.slice(0, -1), question: exchange.at(-1)?.text };
      for await (const text of await chain.stream(given, { signal })) {
        if (text !== '') yield { type: 'text', text };
      }
    } catch (error) {
      throw toModelError(signal.aborted ? signal.reason : error);
    }
    if (!parser.hasStopped) throw answerCutShort();
    yield parser.usage === undefined ? { type: 'end' } : { type: 'end', usage: parser.usage };
  };
}

function toLangChain(message: PromptMessage): BaseMessage {
  const parts = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const text = parts.join('\n\n');
  return message.role === 'user' ? new HumanMessage(text) : new AIMessage(text);
}

/** LangChain's parser of text, which besides notes whether the model came to its end. */
class WatchingParser extends StringOutputParser {
  hasStopped = false;
  usage: Usage | undefined;

  override async *transform(
    chunks: AsyncGenerator<string | BaseMessage>,
    options: Parameters<StringOutputParser['transform']>[1],
  ): AsyncGenerator<string> {
    yield* super.transform(this.#watch(chunks), options);
  }

  async *#watch(
    chunks: AsyncGenerator<string | BaseMessage>,
  ): AsyncGenerator<string | BaseMessage> {
    for await (const chunk of chunks) {
      if (typeof chunk !== 'string') this.#note(chunk);
      yield chunk;
    }
  }

  #note(chunk: BaseMessage): void {
    this.hasStopped ||= 'messageStop' in chunk.response_metadata;
    const used = chunk instanceof AIMessageChunk ? chunk.usage_metadata : undefined;
    if (used === undefined) return;
    const { input_tokens: inputTokens, output_tokens: outputTokens } = used;
    const totalTokens = inputTokens + outputTokens;
    const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
    this.usage = { inputTokens, outputTokens, totalTokens, ...cached };
  }
}
