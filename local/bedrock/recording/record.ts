import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import {
  hashRequest,
  isRecordable,
  withoutAccount,
  type Recording,
  type Tape,
} from '#local/bedrock/recording/tape.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { writeWhole } from '#local/process/write-whole.ts';

/** The real Bedrock that answers, and where its answers are saved. */
export interface RecordOptions {
  /** The folder of the recordings, one file each. Without it, nothing is recorded. */
  readonly folder?: string | undefined;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Forwards requests to a real Bedrock, passes its bytes on as they arrive, and can record them. */
export function createRecorder({ folder, endpoint, region, credentials }: RecordOptions): Tape {
  const client = new AwsClient({ ...credentials, region, service: 'bedrock', retries: 0 });
  return {
    async answer(call) {
      if (!isRecordable(call)) return 'missed';
      const { clock } = call.context;
      const startedAt = clock.now();
      const response = await forward(client, endpoint, call);
      const headers = recordedHeaders(response.headers);
      call.response.start(response.status, headers);
      const pieces: [number, string][] = [];
      for await (const bytes of response.body ?? []) {
        pieces.push([Math.round(clock.now() - startedAt), Buffer.from(bytes).toString('base64')]);
        await call.response.write(bytes);
      }
      const { status } = response;
      // A recorded failure would be replayed instead of an answer.
      if (folder !== undefined && response.ok)
        await save(call, { status, headers, pieces }, folder);
      call.response.end();
      call.note.outcome = response.ok ? 'completed' : 'refused';
      call.note.status = status;
      return 'answered';
    },
  };
}

/** Writes a recording. The client has its answer already, so a full disk is only reported. */
async function save(
  call: BedrockCall,
  answer: Pick<Recording, 'status' | 'headers' | 'pieces'>,
  folder: string,
): Promise<void> {
  const { operation } = call.note;
  const hashes = hashRequest(call);
  const modelId = withoutAccount(call.params['modelId'] ?? '');
  const recording: Recording = { operation, modelId, ...hashes, ...answer };
  const file = join(folder, `${operation}-${hashes.exact.slice(0, 16)}.json`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeWhole(file, `${JSON.stringify(recording, null, 1)}\n`, { mode: 0o600 });
  } catch (error) {
    console.error(`! An answer was not recorded: ${error instanceof Error ? error.message : ''}`);
  }
}

async function forward(
  client: AwsClient,
  endpoint: string,
  { request, response }: BedrockCall,
): Promise<Response> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    forwardedHeaders.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  try {
    return await client.fetch(`${endpoint}${request.url}`, {
      method: request.method,
      headers: Object.fromEntries(headers),
      body: new Uint8Array(request.body),
      signal: response.gone,
    });
  } catch (error) {
    const message = 'Amazon Bedrock could not be reached.';
    throw new BedrockError('ServiceUnavailableException', message, { cause: error });
  }
}

/** The request is signed again, so its own signature is not forwarded. */
const forwardedHeaders = /^(?:content-type|accept|x-amzn-bedrock-.+)$/u;

/** The headers that describe the answer. Request ids, dates and connection headers are left out. */
function recordedHeaders(headers: Headers): Readonly<Record<string, string>> {
  const recorded = [...headers].filter(([name]) =>
    /^(?:content-type|x-amzn-errortype|x-amzn-bedrock-.*)$/u.test(name),
  );
  return Object.fromEntries(recorded);
}
