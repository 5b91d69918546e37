import {
  textOf,
  type ModelTurn,
  type TurnBlock,
  type TurnMessage,
} from '#local/bedrock/turn/turn.ts';

/** Returns a turn as the body of a chat completion, with its tools, images and tool results. */
export function toChatBody(turn: ModelTurn, model: string): object {
  const { inference, schema, stopSequences, system, tools } = turn;
  // The upstream decides what the request leaves open.
  const { maxTokens: max_tokens, temperature, topP: top_p } = inference;
  const systemText = textOf(system);
  return {
    model,
    messages: [
      ...(systemText === '' ? [] : [{ role: 'system', content: systemText }]),
      ...turn.messages.flatMap(toMessages),
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens,
    temperature,
    top_p,
    ...(stopSequences.length === 0 ? {} : { stop: stopSequences }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema: parameters }) => ({
            type: 'function',
            function: { name, description, parameters },
          })),
          tool_choice: toToolChoice(turn),
        }),
    ...(schema === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'answer', schema, strict: true },
          },
        }),
  };
}

function toToolChoice({ toolChoice }: ModelTurn): unknown {
  if (toolChoice.type === 'tool') return { type: 'function', function: { name: toolChoice.name } };
  return toolChoice.type === 'any' ? 'required' : toolChoice.type;
}

/** An instruction in mid-conversation follows the message it stands in. */
function toMessages(message: TurnMessage): readonly object[] {
  const instructions = message.content.flatMap((block) =>
    block.type === 'system-text' ? [{ role: 'system', content: block.text }] : [],
  );
  return [...toPlainMessages(message), ...instructions];
}

function toPlainMessages({ role, content }: TurnMessage): readonly object[] {
  const results = content.flatMap((block) => (block.type === 'tool-result' ? [block] : []));
  const resultMessages = results.map(({ toolUseId, content: result }) => ({
    role: 'tool',
    tool_call_id: toolUseId,
    content: result.map(toText).join('\n'),
  }));
  const calls = content.flatMap((block) => (block.type === 'tool-use' ? [block] : []));
  const parts = content.flatMap(toPart);
  if (calls.length > 0) {
    const tool_calls = calls.map(({ toolUseId: id, name, input }) => ({
      id,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    return [{ role, content: textOf(content), tool_calls }];
  }
  return parts.length === 0
    ? resultMessages
    : [...resultMessages, { role, content: simplify(parts) }];
}

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

function toPart(block: TurnBlock): readonly Part[] {
  if (block.type === 'image') {
    const url = `data:image/${block.format};base64,${block.bytes.toString('base64')}`;
    return [{ type: 'image_url', image_url: { url } }];
  }
  const text = toText(block);
  return text === '' || block.type === 'tool-result' ? [] : [{ type: 'text', text }];
}

/** Documents and search results become text, because upstreams do not accept them. */
function toText(block: TurnBlock): string {
  if (block.type === 'document') return `${block.name}:\n${block.text}`;
  if (block.type === 'search-result') return `${block.title}:\n${block.content.join('\n')}`;
  return textOf([block]);
}

/** Content of text alone becomes a string, which every server accepts. */
function simplify(parts: readonly Part[]): string | readonly Part[] {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === parts.length ? texts.join('\n') : parts;
}
