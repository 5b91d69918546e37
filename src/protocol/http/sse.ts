/** One message of a server-sent event stream (WHATWG HTML, section 9.2). */
export interface SseMessage {
  readonly data: string;
  readonly event?: string;
  readonly id?: string;
}

/** A comment: readers skip it, and proxies see that the connection is alive. */
export const ssePing = ': ping\n\n';

/** One frame. The data must hold no line break, which JSON never does. */
export function encodeSseMessage({ data, event, id }: SseMessage): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  const eventLine = event === undefined ? '' : `event: ${event}\n`;
  return `${idLine}${eventLine}data: ${data}\n\n`;
}

/**
 * Reads the messages of an event stream, however its bytes are cut. As the standard asks, a
 * message that is not closed by a blank line is dropped.
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
    // A CR at the very end may be the first half of a CRLF: it waits for what follows.
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
