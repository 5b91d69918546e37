import { answerCutShort } from '#domain/errors.ts';
import { createAgentSteps, textIndex } from '#agents/agent-steps.ts';
import { openAgentRuntime } from '#aws/bedrock/agent-runtime.ts';
import { streamMessages, tapPlace, type StreamCall } from '#aws/bedrock/bedrock-stream.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import type { Model } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { lastQuestion } from '#domain/conversation/message.ts';

export interface BedrockAgentId {
  readonly agentId: string;
  readonly agentAliasId: string;
}

const agentTimeouts = { firstEventMs: 60_000, idleMs: 120_000 };

/** A classic agent of Amazon Bedrock, with its trace. */
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
 * What an agent says, as a model would say it: its thoughts and acts come first, as its trace has
 * them. Nothing says that the text is whole; a trace without an end, and without text, is cut.
 */
async function* toAnswer(
  messages: AsyncIterable<Frame>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const steps = createAgentSteps();
  let hasBegun = false;
  let isOver = false;
  let stopReason = 'end_turn';
  for await (const { headers, payload } of messages) {
    if (!hasBegun) yield { type: 'message-start' };
    hasBegun = true;
    // The payload is the bare member, as everywhere in Bedrock's streams.
    const type = headers.get(':event-type');
    const member = JSON.parse(payload);
    if (type === 'trace') {
      yield* steps.trace(member);
    } else if (type === 'chunk') {
      isOver = true;
      yield* steps.chunk(member);
    } else if (type === 'returnControl') {
      isOver = true;
      stopReason = 'tool_use';
      yield* steps.returnControl(member);
    }
  }
  if (!isOver) throw answerCutShort();
  yield { type: 'block-stop', index: textIndex };
  yield { type: 'message-stop', stopReason };
  const usage = steps.usage();
  if (usage !== undefined) yield { type: 'usage', usage };
}
