import { answerCutShort } from '#domain/errors.ts';
import { createAgentSteps, textIndex } from '#agents/agent-steps.ts';
import { openAgentRuntime } from '#aws/bedrock/agent-runtime.ts';
import { streamMessages, tapPlace, type StreamCall } from '#aws/bedrock/bedrock-stream.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import type { Model } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { lastQuestion } from '#domain/conversation/message.ts';

/** The id and the alias of a classic agent. */
export interface BedrockAgentId {
  readonly agentId: string;
  readonly agentAliasId: string;
}

const agentTimeouts = { firstEventMs: 60_000, idleMs: 120_000 };

/** Returns a classic agent of Amazon Bedrock. Its trace becomes part of the answer. */
export function createBedrockAgent(agent: BedrockAgentId): Model {
  return {
    async *stream(request, signal) {
      const { sdk, client } = await openAgentRuntime();
      const send: StreamCall['send'] = (tap, abortSignal) => {
        const command = new sdk.InvokeAgentCommand({
          ...agent,
          sessionId: request.agent?.sessionId,
          inputText: lastQuestion(request.messages),
          enableTrace: true,
          streamingConfigurations: { streamFinalResponse: true },
        });
        command.middlewareStack.add(tap, tapPlace);
        return client.send(command, { abortSignal });
      };
      yield* toAnswer(streamMessages({ send, signal, timeouts: agentTimeouts }));
    },
  };
}

/**
 * Converts the response of an agent to the events of a model. The reasoning and the actions in the
 * trace come before the text. The stream has no stop event, so an answer without text and without
 * returned control counts as cut short.
 */
async function* toAnswer(
  messages: AsyncIterable<Frame>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const steps = createAgentSteps();
  let hasBegun = false;
  let hasEnded = false;
  let stopReason = 'end_turn';
  for await (const { headers, payload } of messages) {
    if (!hasBegun) yield { type: 'message-start' };
    hasBegun = true;
    // The payload is the bare union member, as in all of Bedrock's streams.
    const type = headers.get(':event-type');
    const member = JSON.parse(payload);
    if (type === 'trace') {
      yield* steps.trace(member);
    } else if (type === 'chunk') {
      hasEnded = true;
      yield* steps.chunk(member);
    } else if (type === 'returnControl') {
      hasEnded = true;
      stopReason = 'tool_use';
      yield* steps.returnControl(member);
    }
  }
  if (!hasEnded) throw answerCutShort();
  yield { type: 'block-stop', index: textIndex };
  yield { type: 'message-stop', stopReason };
  const usage = steps.usage();
  if (usage !== undefined) yield { type: 'usage', usage };
}
