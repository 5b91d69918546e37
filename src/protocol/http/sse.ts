/** One message of a server-sent event stream (WHATWG HTML, section 9.2). */
export interface SseMessage {
  readonly data: string;
  readonly event?: string;
  readonly id?: string;
}

/** A comment, which readers skip. It shows proxies that the connection is alive. */
export const ssePing = ': ping\n\n';

/** Returns the text of one message. Its data must have no line breaks, which is true of JSON. */
export function encodeSseMessage({ data, event, id }: SseMessage): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  const eventLine = event === undefined ? '' : `event: ${event}\n`;
  return `${idLine}${eventLine}data: ${data}\n\n`;
}

/**
 * Decodes the messages of an event stream, however its bytes are split. As the standard requires, a
 * message without a blank line after it is dropped.
 */
export async function* decodeSse(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<SseMessage, void, undefined> {
  let lines: string[] = [];
  for await (const line of decodeLines(chunks)) {
    if (line !== '') {
      lines.push(line);
      continue;
    }
    const message = toMessage(lines);
    lines = [];
    if (message !== undefined) yield message;
  }
}

async function* decodeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be the first half of a CRLF, so it waits for the next chunk.
    const end = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, end).split(/\r\n|\r|\n/u);
    rest = (lines.pop() ?? '') + rest.slice(end);
    yield* lines;
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1);
}

function toMessage(lines: readonly string[]): SseMessage | undefined {
  const data: string[] = [];
  const fields: { event?: string; id?: string } = {};
  for (const line of lines) {
    const [name, value] = toField(line);
    if (name === 'data') data.push(value);
    else if (name === 'event' || name === 'id') fields[name] = value;
  }
  return data.length === 0 ? undefined : { data: data.join('\n'), ...fields };
}

function toField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}
