import type {
  GenerationConfiguration,
  RetrievalFilter,
  RetrievalResultLocation,
  RetrieveAndGenerateConfiguration,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { openAgentRuntime } from '#aws/bedrock/agent-runtime.ts';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import {
  streamMessages,
  tapPlace,
  defaultTimeouts,
  type StreamCall,
} from '#aws/bedrock/bedrock-stream.ts';
import type { Guardrail } from '#aws/model/guardrail.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import { ChatError } from '#domain/errors.ts';
import {
  maxQueryLength,
  shownPassages,
  type Knowledge,
  type KnowledgeQuery,
} from '#domain/model/knowledge.ts';
import { lastQuestion, type Passage } from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** Which knowledge bases exist, and which of their documents an owner may see. */
export interface KnowledgeSettings {
  /** The ids of knowledge bases, by the names used in requests. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  /** The metadata attribute with a document's owner; undefined if every owner may see everything. */
  readonly ownerAttribute: string | undefined;
  /** Checks the answers that knowledge bases generate. */
  readonly guardrail?: Guardrail | undefined;
}

/** The value of the owner attribute for documents that every owner may see. */
const everyone = 'everyone';

/** Returns the knowledge bases of Amazon Bedrock. Throws a `ChatError` for every failure. */
export function createKnowledge(settings: KnowledgeSettings): Knowledge {
  return {
    async search(query, signal) {
      const { sdk, client } = await openAgentRuntime();
      const command = new sdk.RetrieveCommand({
        knowledgeBaseId: requireId(settings, query.name),
        retrievalQuery: { text: cutQuery(query.text) },
        retrievalConfiguration: { vectorSearchConfiguration: toSearch(settings, query) },
      });
      try {
        const { retrievalResults = [] } = await client.send(command, { abortSignal: signal });
        return retrievalResults.map(toPassage);
      } catch (error) {
        throw signal.aborted ? signal.reason : toModelError(error);
      }
    },
    async *stream(request, signal) {
      const { sdk, client } = await openAgentRuntime();
      const input = { text: cutQuery(lastQuestion(request.messages)) };
      const retrieveAndGenerateConfiguration = toGeneration(settings, request);
      const send: StreamCall['send'] = (tap, abortSignal) => {
        const command = new sdk.RetrieveAndGenerateStreamCommand({
          input,
          retrieveAndGenerateConfiguration,
        });
        command.middlewareStack.add(tap, tapPlace);
        return client.send(command, { abortSignal });
      };
      yield* toAnswer(streamMessages({ send, signal, timeouts: defaultTimeouts }));
    },
  };
}

/** Only the beginning of a long question is used, because Bedrock refuses longer queries. */
function cutQuery(question: string): string {
  return Array.from(question.slice(0, maxQueryLength))
    .slice(0, maxQueryLength - 1)
    .join('');
}

function toGeneration(
  settings: KnowledgeSettings,
  { owner, modelId, inference, knowledge }: ModelRequest,
): RetrieveAndGenerateConfiguration {
  const name = knowledge?.name ?? '';
  const search = toSearch(settings, { owner, limit: shownPassages.count });
  const { maxTokens } = inference;
  return {
    type: 'KNOWLEDGE_BASE',
    knowledgeBaseConfiguration: {
      knowledgeBaseId: requireId(settings, name),
      modelArn: modelId,
      retrievalConfiguration: { vectorSearchConfiguration: search },
      generationConfiguration: {
        inferenceConfig: { textInferenceConfig: { maxTokens } },
        ...toGuardrailConfiguration(settings),
      },
    },
  };
}

function toGuardrailConfiguration({ guardrail }: KnowledgeSettings): GenerationConfiguration {
  if (guardrail === undefined) return {};
  const { id: guardrailId, version: guardrailVersion } = guardrail;
  return { guardrailConfiguration: { guardrailId, guardrailVersion } };
}

function requireId({ knowledgeBases }: KnowledgeSettings, name: string): string {
  const id = Object.hasOwn(knowledgeBases, name) ? knowledgeBases[name] : undefined;
  if (id !== undefined) return id;
  throw new ChatError('not_found', 'There is no such knowledge base.');
}

/** The filter depends on the owner alone. A request cannot influence it. */
function toSearch(
  { ownerAttribute: key }: KnowledgeSettings,
  { owner, limit }: Pick<KnowledgeQuery, 'owner' | 'limit'>,
): { readonly numberOfResults: number; readonly filter?: RetrievalFilter } {
  if (key === undefined) return { numberOfResults: limit };
  return { numberOfResults: limit, filter: { in: { key, value: [owner, everyone] } } };
}

/** A reference in a response of Bedrock's agents or knowledge bases. */
interface Reference {
  readonly content?: { readonly text?: string | undefined } | undefined;
  readonly location?: RetrievalResultLocation | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly score?: number | undefined;
}

/** Returns the passage in a reference. A location of an unknown type becomes `unknown`. */
export function toPassage({ content, location, metadata = {}, score }: Reference): Passage {
  const { title } = metadata;
  return {
    text: content?.text ?? '',
    source: sourceOf(location),
    ...(typeof title === 'string' ? { title } : {}),
    ...(score === undefined ? {} : { score }),
  };
}

function sourceOf(location: RetrievalResultLocation | undefined): string {
  const { s3Location, webLocation, confluenceLocation, sharePointLocation, salesforceLocation } =
    location ?? {};
  return (
    s3Location?.uri ??
    webLocation?.url ??
    confluenceLocation?.url ??
    sharePointLocation?.url ??
    salesforceLocation?.url ??
    'unknown'
  );
}

interface ResponsePart {
  readonly text?: string;
  readonly generatedResponsePart?: {
    readonly textResponsePart?: {
      readonly span?: { readonly start: number; readonly end: number };
    };
  };
  readonly retrievedReferences?: readonly Reference[];
}

/** The stream has no stop event: an answer is complete if the stream ends without an error. */
async function* toAnswer(
  messages: AsyncIterable<Frame>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let hasBegun = false;
  let stopReason = 'end_turn';
  let citations = 0;
  for await (const { payload } of messages) {
    if (!hasBegun) yield { type: 'message-start' };
    hasBegun = true;
    const part: ResponsePart & { action?: string } = JSON.parse(payload);
    const { text, generatedResponsePart, retrievedReferences = [] } = part;
    if (text !== undefined) yield { type: 'text-delta', index: 0, text };
    if (part.action === 'INTERVENED') stopReason = 'guardrail_intervened';
    if (retrievedReferences.length === 0) continue;
    citations += 1;
    const { span } = generatedResponsePart?.textResponsePart ?? {};
    yield {
      type: 'block',
      index: citations,
      block: {
        type: 'citation',
        passages: retrievedReferences.map(toPassage),
        // The service includes the last character in the span.
        ...(span === undefined ? {} : { span: { start: span.start, end: span.end + 1 } }),
      },
    };
  }
  yield { type: 'block-stop', index: 0 };
  yield { type: 'message-stop', stopReason };
}
