import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Model, ModelRequest, Tool } from '#domain/model/model.ts';

/**
 * Returns a model whose answers follow a JSON Schema. The model is offered a tool with that
 * schema, and the input of its call becomes the text of the answer. Models of every provider call
 * tools with any JSON Schema; Bedrock's own structured outputs cover few models and part of it.
 */
export function withOutputSchema(model: Model): Model {
  return {
    stream(request, signal) {
      const { outputSchema, ...plain } = request;
      if (outputSchema === undefined) return model.stream(request, signal);
      const { tools = [] } = plain;
      const name = uniqueName(tools);
      const tool = { name, description, inputSchema: outputSchema.schema };
      // With tools of its own, the request leaves the model free to call them first.
      const toolChoice =
        plain.toolChoice?.type === 'tool' ? plain.toolChoice : toolChoiceFor(tools, name);
      return asText(model.stream({ ...plain, tools: [...tools, tool], toolChoice }, signal), name);
    },
  };
}

const description =
  'Takes the answer to the request, in the required format. ' +
  'Put the whole answer here, and write nothing else.';

function uniqueName(tools: readonly Tool[]): string {
  let name = 'answer';
  while (tools.some((tool) => tool.name === name)) name += '_';
  return name;
}

function toolChoiceFor(tools: readonly Tool[], name: string): ModelRequest['toolChoice'] {
  return tools.length === 0 ? { type: 'tool', name } : { type: 'any' };
}

async function* asText(
  events: AsyncIterable<StreamEvent>,
  name: string,
): AsyncGenerator<StreamEvent, void, undefined> {
  // Text before the answer is dropped; text before another tool call may be for the reader.
  let waiting: StreamEvent[] = [];
  let answerIndex: number | undefined;
  let callsOthers = false;
  for await (const event of events) {
    switch (event.type) {
      case 'block-start':
        if (event.name === name) {
          answerIndex = event.index;
        } else {
          callsOthers = true;
          yield* waiting;
          yield event;
        }
        waiting = [];
        break;
      case 'tool-input-delta':
        if (event.index !== answerIndex) yield event;
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
        if (answerIndex === undefined) yield* waiting;
        yield answerIndex === undefined || callsOthers
          ? event
          : { ...event, stopReason: withoutToolUse(event.stopReason) };
        break;
      case 'message-start':
      case 'reasoning-delta':
      case 'block':
      case 'usage':
        yield event;
    }
  }
}

function withoutToolUse(stopReason: string): string {
  return stopReason === 'tool_use' ? 'end_turn' : stopReason;
}
