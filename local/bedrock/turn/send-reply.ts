import type { AwsResponse, ConnectionCut } from '#local/wire/aws-exchange.ts';
import type { Cut, Fault } from '#local/bedrock/turn/answer.ts';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { PacedEvent } from '#local/bedrock/turn/pace.ts';
import type { Reply, StreamWriter, WholeReply } from '#local/bedrock/turn/reply.ts';
import { createAnswerCollector, type WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

export type Batches = AsyncIterable<readonly PacedEvent[]>;

/** How an answer ended. */
export type Outcome = 'completed' | 'faulted' | 'client_cancelled';

/** Sends an answer as a stream or as a whole. Returns how it ended. */
export function sendReply(batches: Batches, reply: Reply, response: AwsResponse): Promise<Outcome> {
  return reply.type === 'stream'
    ? sendStream(batches, reply.writer, response)
    : sendWhole(batches, (answer) => reply.render(answer), response);
}

async function sendStream(
  batches: Batches,
  writer: StreamWriter,
  response: AwsResponse,
): Promise<Outcome> {
  let isStarted = false;
  let pieceBytes = Infinity;
  const send = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    if (!isStarted) response.start(200, writer.headers);
    isStarted = true;
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      await response.write(pieceBytes === Infinity ? bytes : bytes.subarray(at, at + pieceBytes));
    }
  };
  for await (const batch of batches) {
    const chunks: (Uint8Array | string)[] = [];
    let fault: Fault | undefined;
    for (const event of batch) {
      if (event.type === 'fragment') pieceBytes = Math.max(1, event.bytes);
      else if (event.type === 'unknown-event') chunks.push(writer.unknownEvent());
      else if (event.type !== 'fault') chunks.push(...writer.write(event));
      else fault ??= event.fault;
    }
    if (fault?.type === 'exception' && !isStarted && chunks.length === 0) throw toError(fault);
    await send(joined([...chunks, ...faultBytes(fault, writer)]));
    if (response.gone.aborted) return 'client_cancelled';
    if (fault !== undefined) {
      endAfterFault(fault, response);
      return 'faulted';
    }
  }
  if (response.gone.aborted) return 'client_cancelled';
  if (!isStarted) response.start(200, writer.headers);
  response.end();
  return 'completed';
}

function joined(chunks: readonly (Uint8Array | string)[]): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only instanceof Buffer) return only;
  return Buffer.concat(
    chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)),
  );
}

/** Returns the bytes that a fault writes before the answer ends. */
function faultBytes(
  fault: Fault | undefined,
  writer: StreamWriter,
): readonly (Uint8Array | string)[] {
  if (fault === undefined) return [];
  if (fault.type === 'exception') return [writer.exception(fault)];
  if (fault.type === 'error-frame') return [writer.error(fault.code, fault.message)];
  const whole = Buffer.from(writer.unknownEvent());
  if (fault.cut.type === 'partial-frame') return [whole.subarray(0, Math.ceil(whole.length / 2))];
  if (fault.cut.type !== 'bad-crc') return [];
  const middle = Math.floor(whole.length * 0.75);
  whole[middle] = (whole[middle] ?? 0) ^ 0xff;
  return [whole];
}

function endAfterFault(fault: Fault, response: AwsResponse): void {
  if (fault.type === 'cut' && breaksConnection(fault.cut)) response.cut(fault.cut);
  else response.end();
}

function breaksConnection(cut: Cut): cut is ConnectionCut {
  return cut.type !== 'eof' && cut.type !== 'partial-frame' && cut.type !== 'bad-crc';
}

async function sendWhole(
  batches: Batches,
  render: (answer: WholeAnswer) => WholeReply,
  response: AwsResponse,
): Promise<Outcome> {
  const collector = createAnswerCollector();
  for await (const event of flattened(batches)) {
    if (event.type === 'fault') return failWhole(event.fault, response);
    if (event.type !== 'fragment' && event.type !== 'unknown-event') collector.add(event);
  }
  if (response.gone.aborted) return 'client_cancelled';
  const { headers = {}, body } = render(collector.whole());
  response.start(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
  return 'completed';
}

async function* flattened(batches: Batches): AsyncGenerator<PacedEvent> {
  for await (const batch of batches) yield* batch;
}

/** An answer that is not streamed fails with an error status, or breaks off in its body. */
async function failWhole(fault: Fault, response: AwsResponse): Promise<Outcome> {
  if (fault.type === 'exception') throw toError(fault);
  if (fault.type === 'error-frame') {
    throw new BedrockError(fault.code, fault.message);
  }
  response.start(200, { 'content-type': 'application/json' });
  await response.write(Buffer.from('{"metrics":{"latencyMs":'));
  endAfterFault(fault, response);
  return 'faulted';
}

/** Returns the error response that corresponds to an exception in a stream. */
function toError(fault: Extract<Fault, { type: 'exception' }>): BedrockError {
  const type = `${fault.exception.charAt(0).toUpperCase()}${fault.exception.slice(1)}`;
  const { message, members } = fault;
  return new BedrockError(type, message, { members });
}
