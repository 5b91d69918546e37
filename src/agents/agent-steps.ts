import type {
  InvocationInput,
  InvocationInputMember,
  Observation,
  OrchestrationTrace,
  PayloadPart,
  ReturnControlPayload,
  TracePart,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { toPassage } from '#aws/model/knowledge-base.ts';
import { shortenResult } from '#domain/model/call-tools.ts';
import type { WholeBlock } from '#domain/conversation/message.ts';
import { firstAgentStepIndex } from '#domain/model/block-index.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** The block index of the answer's text. */
export const textIndex = 0;

/** A union member parsed from JSON, in which dates and bytes are still text. */
type JsonPart<Part> = Omit<Part, 'bytes' | 'eventTime'> & { readonly bytes?: string };

/** Converts the steps of a classic agent to events. Their blocks are numbered in order of arrival. */
export interface AgentSteps {
  trace(part: JsonPart<TracePart>): Generator<StreamEvent>;
  chunk(part: JsonPart<PayloadPart>): Generator<StreamEvent>;
  returnControl(part: ReturnControlPayload): Generator<StreamEvent>;
  /** Returns the usage of all model calls so far; undefined if the trace reports none. */
  usage(): Usage | undefined;
}

/** Returns a converter for one answer. It keeps the block index and adds up the usage. */
export function createAgentSteps(): AgentSteps {
  let index = firstAgentStepIndex;
  let used: Usage | undefined;
  let query = '';
  const toBlockEvent = (block: WholeBlock): StreamEvent => ({
    type: 'block',
    index: (index += 1),
    block,
  });
  function* call(toolUseId: string, name: string, input: unknown): Generator<StreamEvent> {
    index += 1;
    yield { type: 'block-start', index, toolUseId, name };
    yield { type: 'tool-input-delta', index, json: JSON.stringify(input) };
    yield { type: 'block-stop', index };
  }
  function* invocation(input: InvocationInput): Generator<StreamEvent> {
    query = input.knowledgeBaseLookupInput?.text ?? query;
    const step = toInvocationCall(input);
    if (step !== undefined) yield* call(input.traceId ?? '', step.name, step.input);
  }
  function* orchestration(trace: OrchestrationTrace): Generator<StreamEvent> {
    const thought = trace.rationale?.text ?? '';
    if (thought !== '') {
      index += 1;
      yield { type: 'reasoning-delta', index, text: thought };
      yield { type: 'block-stop', index };
    }
    used = sum(used, trace.modelInvocationOutput?.metadata?.usage);
    if (trace.invocationInput !== undefined) yield* invocation(trace.invocationInput);
    const block = trace.observation && toResultBlock(trace.observation, query);
    if (block !== undefined) yield toBlockEvent(block);
  }
  return {
    *trace({ trace }) {
      if (trace?.orchestrationTrace !== undefined) yield* orchestration(trace.orchestrationTrace);
    },
    *chunk({ bytes = '', attribution }) {
      const text = Buffer.from(bytes, 'base64').toString('utf8');
      if (text !== '') yield { type: 'text-delta', index: textIndex, text };
      yield* citationsIn(attribution).map((block) => toBlockEvent(block));
    },
    *returnControl({ invocationId = '', invocationInputs = [] }) {
      for (const [number, member] of invocationInputs.entries()) {
        const { name, input } = toReturnedCall(member);
        yield* call(number === 0 ? invocationId : `${invocationId}.${number}`, name, input);
      }
    },
    usage: () => used,
  };
}

function citationsIn(attribution: PayloadPart['attribution']): readonly WholeBlock[] {
  return (attribution?.citations ?? []).flatMap(
    ({ generatedResponsePart, retrievedReferences }) => {
      const passages = (retrievedReferences ?? []).map(toPassage);
      if (passages.length === 0) return [];
      const { start, end } = generatedResponsePart?.textResponsePart?.span ?? {};
      // The service includes the last character in the span.
      const span =
        start === undefined || end === undefined ? {} : { span: { start, end: end + 1 } };
      return [{ type: 'citation', passages, ...span } as const];
    },
  );
}

interface Call {
  readonly name: string;
  readonly input: unknown;
}

/** Returns the tool call of a step; undefined for a search, which is shown with its result. */
function toInvocationCall(input: InvocationInput): Call | undefined {
  const { actionGroupInvocationInput: action, agentCollaboratorInvocationInput: collaborator } =
    input;
  if (action !== undefined) {
    const { actionGroupName = '', apiPath, parameters = [], requestBody } = action;
    const name = [actionGroupName, action.function ?? apiPath].filter(Boolean).join('.');
    const values = parameters.map(({ name: key = '', value = '' }) => [key, value] as const);
    const body = requestBody?.content === undefined ? {} : { body: requestBody.content };
    return { name, input: { ...Object.fromEntries(values), ...body } };
  }
  if (collaborator !== undefined) {
    const { agentCollaboratorName = '', input: message } = collaborator;
    return { name: `agent.${agentCollaboratorName}`, input: { text: message?.text ?? '' } };
  }
  const code = input.codeInterpreterInvocationInput?.code;
  return code === undefined ? undefined : { name: 'code_interpreter', input: { code } };
}

function toResultBlock(observation: Observation, query: string): WholeBlock | undefined {
  const { traceId: toolUseId = '', knowledgeBaseLookupOutput: lookup } = observation;
  if (lookup !== undefined) {
    const passages = (lookup.retrievedReferences ?? []).map(toPassage);
    return { type: 'retrieval', query, passages };
  }
  const { codeInterpreterInvocationOutput: code } = observation;
  const text =
    observation.actionGroupInvocationOutput?.text ??
    observation.agentCollaboratorInvocationOutput?.output?.text ??
    code?.executionOutput ??
    code?.executionError;
  if (text === undefined) return undefined;
  const error = code?.executionError === undefined ? {} : ({ isError: true } as const);
  return { type: 'tool-result', toolUseId, text: shortenResult(text), ...error };
}

/** Returns a call that the agent leaves to its caller. */
function toReturnedCall(member: InvocationInputMember): Call {
  const { functionInvocationInput: fn, apiInvocationInput: api } = member;
  const group = fn?.actionGroup ?? api?.actionGroup ?? '';
  const parameters = fn?.parameters ?? api?.parameters ?? [];
  const values = parameters.map(({ name = '', value = '' }) => [name, value] as const);
  const name = [group, fn?.function ?? api?.apiPath].filter(Boolean).join('.');
  return { name, input: Object.fromEntries(values) };
}

interface AgentUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

function sum(before: Usage | undefined, more: AgentUsage | undefined): Usage | undefined {
  if (more === undefined) return before;
  const inputTokens = (before?.inputTokens ?? 0) + (more.inputTokens ?? 0);
  const outputTokens = (before?.outputTokens ?? 0) + (more.outputTokens ?? 0);
  const totalTokens = inputTokens + outputTokens;
  const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
  return { inputTokens, outputTokens, totalTokens, ...cached };
}
