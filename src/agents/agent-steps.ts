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
import { firstAgentStepIndex } from '#domain/model/block-index.ts';
import { shortenResult } from '#domain/model/call-tools.ts';
import type { WholeBlock } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** The index of the block with the text of the answer. */
export const textIndex = 0;

/** The members of an event's payload that came as JSON: dates and bytes are still text. */
type Sent<Part> = Omit<Part, 'bytes' | 'eventTime'> & { readonly bytes?: string };

/** Turns the steps of a classic agent into events, which are numbered as they come. */
export interface AgentSteps {
  trace(part: Sent<TracePart>): Generator<StreamEvent>;
  chunk(part: Sent<PayloadPart>): Generator<StreamEvent>;
  returnControl(part: ReturnControlPayload): Generator<StreamEvent>;
  /** What all its models used so far, as far as the trace says it. */
  usage(): Usage | undefined;
}

export function createAgentSteps(): AgentSteps {
  let index = firstAgentStepIndex;
  let used: Usage | undefined;
  let query = '';
  const whole = (block: WholeBlock): StreamEvent => ({ type: 'block', index: (index += 1), block });
  function* call(toolUseId: string, name: string, input: unknown): Generator<StreamEvent> {
    index += 1;
    yield { type: 'block-start', index, toolUseId, name };
    yield { type: 'tool-input-delta', index, json: JSON.stringify(input) };
    yield { type: 'block-stop', index };
  }
  function* invoked(input: InvocationInput): Generator<StreamEvent> {
    query = input.knowledgeBaseLookupInput?.text ?? query;
    const found = callIn(input);
    if (found !== undefined) yield* call(input.traceId ?? '', found.name, found.input);
  }
  function* orchestrated(trace: OrchestrationTrace): Generator<StreamEvent> {
    const thought = trace.rationale?.text ?? '';
    if (thought !== '') {
      index += 1;
      yield { type: 'reasoning-delta', index, text: thought };
      yield { type: 'block-stop', index };
    }
    used = sum(used, trace.modelInvocationOutput?.metadata?.usage);
    if (trace.invocationInput !== undefined) yield* invoked(trace.invocationInput);
    const block = trace.observation === undefined ? undefined : observed(trace.observation, query);
    if (block !== undefined) yield whole(block);
  }
  return {
    *trace({ trace }) {
      if (trace?.orchestrationTrace !== undefined) yield* orchestrated(trace.orchestrationTrace);
    },
    *chunk({ bytes = '', attribution }) {
      const text = Buffer.from(bytes, 'base64').toString('utf8');
      if (text !== '') yield { type: 'text-delta', index: textIndex, text };
      yield* citationsIn(attribution).map((block) => whole(block));
    },
    *returnControl({ invocationId = '', invocationInputs = [] }) {
      for (const [number, member] of invocationInputs.entries()) {
        const { name, input } = returned(member);
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
      // The service counts the last character in.
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

/** What an agent calls; a search is told with what it found. */
function callIn(input: InvocationInput): Call | undefined {
  const { actionGroupInvocationInput: action, agentCollaboratorInvocationInput: other } = input;
  if (action !== undefined) {
    const { actionGroupName = '', apiPath, parameters = [], requestBody } = action;
    const name = [actionGroupName, action.function ?? apiPath].filter(Boolean).join('.');
    const given = parameters.map(({ name: key = '', value = '' }) => [key, value] as const);
    const body = requestBody?.content === undefined ? {} : { body: requestBody.content };
    return { name, input: { ...Object.fromEntries(given), ...body } };
  }
  if (other !== undefined) {
    const { agentCollaboratorName = '', input: message } = other;
    return { name: `agent.${agentCollaboratorName}`, input: { text: message?.text ?? '' } };
  }
  const code = input.codeInterpreterInvocationInput?.code;
  return code === undefined ? undefined : { name: 'code_interpreter', input: { code } };
}

function observed(observation: Observation, query: string): WholeBlock | undefined {
  const { traceId: toolUseId = '', knowledgeBaseLookupOutput: found } = observation;
  if (found !== undefined) {
    const passages = (found.retrievedReferences ?? []).map(toPassage);
    return { type: 'retrieval', query, passages };
  }
  const { codeInterpreterInvocationOutput: ran } = observation;
  const text =
    observation.actionGroupInvocationOutput?.text ??
    observation.agentCollaboratorInvocationOutput?.output?.text ??
    ran?.executionOutput ??
    ran?.executionError;
  if (text === undefined) return undefined;
  const failed = ran?.executionError === undefined ? {} : ({ isError: true } as const);
  return { type: 'tool-result', toolUseId, text: shortenResult(text), ...failed };
}

function returned(member: InvocationInputMember): Call {
  const { functionInvocationInput: called, apiInvocationInput: api } = member;
  const group = called?.actionGroup ?? api?.actionGroup ?? '';
  const parameters = called?.parameters ?? api?.parameters ?? [];
  const given = parameters.map(({ name = '', value = '' }) => [name, value] as const);
  const name = [group, called?.function ?? api?.apiPath].filter(Boolean).join('.');
  return { name, input: Object.fromEntries(given) };
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
