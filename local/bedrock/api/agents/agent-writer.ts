import type { EndEvent } from '#local/bedrock/turn/answer.ts';
import { exceptionBytes } from '#local/bedrock/api/exception-bytes.ts';
import { errorFrame, eventFrame } from '#local/wire/event-stream.ts';
import { renderCitations } from '#local/bedrock/api/knowledge/grounded-answer.ts';
import { cutTexts } from '#local/bedrock/api/agents/cut-texts.ts';
import type { ScoredPassage } from '#local/bedrock/knowledge/knowledge-base.ts';
import { toReference } from '#local/bedrock/knowledge/retrieval.ts';
import type { StreamWriter } from '#local/bedrock/turn/reply.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { lastUserText, textOf, type ModelTurn } from '#local/bedrock/turn/turn.ts';
import {
  answerText,
  createAnswerCollector,
  parseInput,
  type AnswerBlock,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';
import type { Clock } from '#local/process/clock.ts';
import { isRecord } from '#local/wire/shape.ts';

export interface AgentWriterOptions {
  readonly agentId: string;
  readonly agentAliasId: string;
  readonly sessionId: string;
  readonly clock: Clock;
  readonly turn: ModelTurn;
  /** The passages found for the question. */
  readonly passages: readonly ScoredPassage[];
  readonly knowledgeBaseId: string | undefined;
  readonly isTraced: boolean;
  /** Whether the text is sent as it is generated. Otherwise it is sent when it is complete. */
  readonly isStreamed: boolean;
  /** Called with the complete answer. */
  remember(answer: WholeAnswer): void;
}

/**
 * Creates the writer of InvokeAgent's events: the trace of one orchestration, the answer in chunks,
 * and `returnControl` if the model uses a tool. As on AWS, trace frames have times but no padding.
 */
export function createAgentWriter(agent: AgentWriterOptions): StreamWriter {
  const collector = createAnswerCollector();
  const { agentAliasId, agentId, clock, isStreamed, isTraced, sessionId, turn } = agent;
  const traceId = `${idFrom(lastUserText(turn), 20)}-0`;
  const trace = (part: object): readonly Buffer[] => {
    if (!isTraced) return [];
    const eventTime = new Date(clock.now()).toISOString();
    const header = {
      agentAliasId,
      agentId,
      agentVersion: '1',
      callerChain: [],
      eventTime,
      sessionId,
    };
    return [frame('trace', { ...header, trace: { orchestrationTrace: cutTexts(part) } })];
  };
  return {
    headers: {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-bedrock-agent-content-type': 'application/json',
      'x-amz-bedrock-agent-session-id': sessionId,
    },
    write(event) {
      collector.add(event);
      if (event.type === 'start') {
        return [
          ...trace(modelInput(turn, traceId)),
          ...knowledgeBaseSteps(agent, traceId).flatMap(trace),
        ];
      }
      if (event.type === 'text-delta') return isStreamed ? [chunk(event.text)] : [];
      if (event.type !== 'end') return [];
      const answer = collector.whole();
      agent.remember(answer);
      const output = modelOutput(answer, event, traceId);
      const rationale = { rationale: { text: rationaleOf(answer), traceId } };
      return [...trace(output), ...trace(rationale), ...finalFrames(answer, agent, traceId, trace)];
    },
    exception: exceptionBytes,
    error: errorFrame,
    unknownEvent: () => frame('somethingNew', { value: 1 }),
  };
}

function finalFrames(
  answer: WholeAnswer,
  { passages, isStreamed }: AgentWriterOptions,
  traceId: string,
  trace: (part: object) => readonly Buffer[],
): readonly Buffer[] {
  const calls = answer.blocks.filter((block) => block.type === 'tool-use');
  if (calls.length > 0) return [frame('returnControl', returnControl(calls))];
  const text = answerText(answer);
  const finish = { observation: { finalResponse: { text }, traceId, type: 'FINISH' } };
  const { citations } = renderCitations(answer, passages);
  const last = isStreamed ? [] : [chunk(text, citations)];
  return [...trace(finish), ...last];
}

function chunk(text: string, citations: readonly object[] = []): Buffer {
  const attribution = citations.length === 0 ? {} : { attribution: { citations } };
  return frame('chunk', { ...attribution, bytes: Buffer.from(text).toString('base64') });
}

function modelInput({ messages, model, maxTokens, system }: ModelTurn, traceId: string): object {
  const input = messages.map(({ content, role }) => ({ content: textOf(content), role }));
  return {
    modelInvocationInput: {
      foundationModel: model.id,
      inferenceConfiguration: { maximumLength: maxTokens, temperature: 0, topP: 1 },
      text: JSON.stringify({ messages: input, system: textOf(system) }),
      traceId,
      type: 'ORCHESTRATION',
    },
  };
}

/** Returns the trace of the search before the answer: its input and its results. */
function knowledgeBaseSteps(
  { passages, knowledgeBaseId, turn }: AgentWriterOptions,
  traceId: string,
): readonly object[] {
  if (knowledgeBaseId === undefined || passages.length === 0) return [];
  const knowledgeBaseLookupInput = { knowledgeBaseId, text: lastUserText(turn) };
  const retrievedReferences = passages.map(toReference);
  const type = 'KNOWLEDGE_BASE';
  return [
    { invocationInput: { invocationType: type, knowledgeBaseLookupInput, traceId } },
    { observation: { knowledgeBaseLookupOutput: { retrievedReferences }, traceId, type } },
  ];
}

function modelOutput(answer: WholeAnswer, { usage }: EndEvent, traceId: string): object {
  const { inputTokens, outputTokens } = usage;
  return {
    modelInvocationOutput: {
      metadata: { usage: { inputTokens, outputTokens } },
      rawResponse: { content: answerText(answer) },
      traceId,
    },
  };
}

function rationaleOf({ blocks }: WholeAnswer): string {
  const tool = blocks.find((block) => block.type === 'tool-use');
  return tool === undefined
    ? 'I can answer this from the conversation and the search results.'
    : `I need ${tool.name} to answer this.`;
}

/** Returns the functions to call. A tool name `group__function` contains group and function. */
function returnControl(calls: readonly Extract<AnswerBlock, { type: 'tool-use' }>[]): object {
  const [first] = calls;
  return {
    invocationId: first?.toolUseId,
    invocationInputs: calls.map(({ inputJson, name }) => {
      const [group = name, functionName = name] = name.split('__');
      const input = parseInput(inputJson);
      const parameters = Object.entries(isRecord(input) ? input : {}).map(([key, value]) => ({
        name: key,
        type: typeof value,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      }));
      return {
        functionInvocationInput: {
          actionGroup: group,
          actionInvocationType: 'RESULT',
          function: functionName,
          parameters,
        },
      };
    }),
  };
}

function frame(type: string, members: object): Buffer {
  return eventFrame(type, JSON.stringify(members));
}
