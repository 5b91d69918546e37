import type { Model, ModelRequest, Tool } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/**
 * A model whose answers take the form of a JSON schema. It is given a tool of that form to hand
 * its answer to, and what it hands over is the text of the answer: models of all providers call
 * tools, in any form that JSON Schema can tell, while Bedrock's own structured outputs are a few
 * models', and a part of JSON Schema.
 */
export function withOutputSchema(model: Model): Model {
  return {
    stream(request, signal) {
      const { outputSchema: form, ...plain } = request;
      if (form === undefined) return model.stream(request, signal);
      const { tools = [] } = plain;
      const name = nameApartFrom(tools);
      const tool = { name, description, inputSchema: form.schema };
      // Beside tools of its own, a request leaves it to the model which of them it calls.
      const toolChoice = plain.toolChoice?.type === 'tool' ? plain.toolChoice : chosen(tools, name);
      const asked: ModelRequest = { ...plain, tools: [...tools, tool], toolChoice };
      return asText(model.stream(asked, signal), name);
    },
  };
}

const description =
  'Takes the answer to what was asked, in the form that is wanted. ' +
  'Give the whole answer here, and say nothing beside it.';

function nameApartFrom(tools: readonly Tool[]): string {
  let name = 'answer';
  while (tools.some((tool) => tool.name === name)) name += '_';
  return name;
}

function chosen(tools: readonly Tool[], name: string): NonNullable<ModelRequest['toolChoice']> {
  return tools.length === 0 ? { type: 'tool', name } : { type: 'any' };
}

async function* asText(
  events: AsyncIterable<StreamEvent>,
  name: string,
): AsyncGenerator<StreamEvent, void, undefined> {
  // Words before the answer are none of it; before a call they may be meant for the reader.
  let waiting: StreamEvent[] = [];
  let answerAt: number | undefined;
  let callsOthers = false;
  for await (const event of events) {
    switch (event.type) {
      case 'block-start':
        if (event.name === name) {
          answerAt = event.index;
        } else {
          callsOthers = true;
          yield* waiting;
          yield event;
        }
        waiting = [];
        break;
      case 'tool-input-delta':
        if (event.index !== answerAt) yield event;
        else yield { type: 'text-delta', index: event.index, text: event.json };
        break;
      case 'text-delta':
        waiting.push(event);
        break;
      case 'block-stop':
        if (waiting.length > 0) waiting.push(event);
        else yield event;
        break;
      case 'message-stop':
        if (answerAt === undefined) yield* waiting;
        yield answerAt === undefined || callsOthers
          ? event
          : { ...event, stopReason: ended(event.stopReason) };
        break;
      case 'message-start':
      case 'reasoning-delta':
      case 'block':
      case 'usage':
        yield event;
    }
  }
}

function ended(stopReason: string): string {
  return stopReason === 'tool_use' ? 'end_turn' : stopReason;
}
