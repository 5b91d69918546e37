import { agentModel } from '#local/bedrock/api/agents/agent-model.ts';
import { randomUUID } from 'node:crypto';
import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { agentCoreStatuses, BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import { toConverseEvents } from '#local/bedrock/api/converse/events.ts';
import { renderConverse } from '#local/bedrock/api/converse/render.ts';
import { plainTurn } from '#local/bedrock/turn/plain-turn.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { openSession } from '#local/bedrock/turn/session.ts';
import { createSseWriter } from '#local/bedrock/api/sse-writer.ts';
import type { StreamWriter } from '#local/bedrock/turn/reply.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import {
  answerText,
  createAnswerCollector,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';
import { isRecord } from '#local/wire/shape.ts';

const sessionHeader = 'x-amzn-bedrock-agentcore-runtime-session-id';

/**
 * Invokes an agent on AgentCore. It takes `{"prompt"}` and streams its events as `data:` lines, as
 * an agent written with Strands does. A caller that accepts only JSON gets one JSON response.
 */
export const invokeAgentRuntime: BedrockOperation = {
  name: 'InvokeAgentRuntime',
  method: 'POST',
  requiresSignature: true,
  signingServices: ['bedrock-agentcore'],
  errorStatuses: agentCoreStatuses,
  path: /^\/runtimes\/(?<agentRuntimeArn>[^/]+)\/invocations$/u,
  async run(call) {
    const { note, request, context } = call;
    const arn = call.params['agentRuntimeArn'] ?? '';
    if (!arnForm.test(arn)) {
      throw invalidField('agentRuntimeArn', `agentRuntimeArn: ${arn} is not the ARN of a runtime`);
    }
    const sessionId = readSessionId(call);
    const prompt = readPrompt(request.body);
    const session = openSession(context, `runtime ${arn} ${sessionId}`);
    note.modelId = agentModel;
    const plain = plainTurn(findTextModel(agentModel, context.policy), {
      messages: [...session.messages, { role: 'user', content: [{ type: 'text', text: prompt }] }],
    });
    const turn = { ...plain, agent: arn.split('/').at(-1) };
    const remember = (answer: WholeAnswer): void => session.remember(answer, prompt);
    const headers = { [sessionHeader]: sessionId };
    if (acceptsOnlyJson(call)) {
      await answerTurn(call, turn, {
        type: 'whole',
        render(answer) {
          remember(answer);
          return {
            headers,
            body: { result: answerText(answer), ...renderConverse(answer).body },
          };
        },
      });
      return;
    }
    const writer = createRuntimeWriter(headers, remember);
    await answerTurn(call, turn, { type: 'stream', writer });
  },
};

const arnForm = /^arn:aws(?:-[a-z-]+)?:bedrock-agentcore:[a-z0-9-]+:\d{12}:(?:runtime|agent)\/.+$/u;

/** Returns the session id, or a new one. Ids have at least 33 characters, to be hard to guess. */
function readSessionId({ request }: BedrockCall): string {
  const header = request.headers[sessionHeader];
  if (header === undefined) return randomUUID();
  const id = String(header);
  if (id.length >= 33 && id.length <= 256) return id;
  throw invalidField('runtimeSessionId', 'runtimeSessionId: must have 33 to 256 characters');
}

/** Returns the prompt of a payload, under any of the names that agents commonly use. */
function readPrompt(body: Buffer): string {
  const payload = parse(body);
  const candidates = isRecord(payload)
    ? ['prompt', 'input', 'inputText', 'message'].map((name) => payload[name])
    : [];
  const prompt = candidates.find((value) => typeof value === 'string' && value.trim() !== '');
  if (typeof prompt === 'string') return prompt;
  const message = 'The agent could not read the payload. It must have the form {"prompt": "…"}.';
  throw new BedrockError('RuntimeClientError', message);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function invalidField(name: string, message: string): BedrockError {
  return new BedrockError('ValidationException', message, {
    members: { reason: 'FieldValidationFailed', fieldList: [{ name, message }] },
  });
}

function acceptsOnlyJson({ request }: BedrockCall): boolean {
  const accept = String(request.headers['accept'] ?? '*/*');
  return accept.includes('application/json') && !accept.includes('text/event-stream');
}

function createRuntimeWriter(
  headers: Readonly<Record<string, string>>,
  remember: (answer: WholeAnswer) => void,
): StreamWriter {
  const collector = createAnswerCollector();
  const writer = createSseWriter({
    toMessages(event) {
      collector.add(event);
      if (event.type === 'end') remember(collector.whole());
      return toConverseEvents(event).map(({ name, members }) => ({
        data: { event: { [name]: members } },
      }));
    },
    toError: (code, message) => ({ data: { error: message, error_type: code } }),
    unknownMessage: { data: { something_new: true } },
  });
  return { ...writer, headers: { ...writer.headers, ...headers } };
}
