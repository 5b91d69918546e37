import {
  textOf,
  type ModelTurn,
  type TurnBlock,
  type TurnMessage,
} from '#local/bedrock/turn/turn.ts';

/** A turn as the body of a chat completion: tools, images and results of tools included. */
export function toChatBody(turn: ModelTurn, model: string): object {
  const { inference, schema, stopSequences, system, tools } = turn;
  // What was not asked for is the upstream's to decide.
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

function toMessages({ role, content }: TurnMessage): readonly object[] {
  const results = content.flatMap((block) => (block.type === 'tool-result' ? [block] : []));
  const answers = results.map(({ toolUseId, content: given }) => ({
    role: 'tool',
    tool_call_id: toolUseId,
    content: given.map(wordsOf).join('\n'),
  }));
  const calls = content.flatMap((block) => (block.type === 'tool-use' ? [block] : []));
  const said = content.flatMap(toPart);
  if (calls.length > 0) {
    const tool_calls = calls.map(({ toolUseId: id, name, input }) => ({
      id,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    return [{ role, content: textOf(content), tool_calls }];
  }
  return said.length === 0 ? answers : [...answers, { role, content: simplest(said) }];
}

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

function toPart(block: TurnBlock): readonly Part[] {
  if (block.type === 'image') {
    const url = `data:image/${block.format};base64,${block.bytes.toString('base64')}`;
    return [{ type: 'image_url', image_url: { url } }];
  }
  const text = wordsOf(block);
  return text === '' || block.type === 'tool-result' ? [] : [{ type: 'text', text }];
}

/** What upstreams take as text: words, documents, what a search gave. */
function wordsOf(block: TurnBlock): string {
  if (block.type === 'document') return `${block.name}:\n${block.text}`;
  if (block.type === 'search-result') return `${block.title}:\n${block.content.join('\n')}`;
  return textOf([block]);
}

/** Text alone goes as a string, which every server takes. */
function simplest(parts: readonly Part[]): string | readonly Part[] {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === parts.length ? texts.join('\n') : parts;
}
