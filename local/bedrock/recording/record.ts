import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import {
  fingerprints,
  isTaped,
  withoutAccount,
  type Recording,
  type Tape,
} from '#local/bedrock/recording/tape.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';

export interface RecordOptions {
  /** Where recordings are kept, one file each; nothing is kept without one. */
  readonly folder?: string | undefined;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Asks a real Bedrock, passes its bytes on as they come, and may keep them with their times. */
export function createRecorder({ folder, endpoint, region, credentials }: RecordOptions): Tape {
  const client = new AwsClient({ ...credentials, region, service: 'bedrock', retries: 0 });
  return {
    async answer(call) {
      if (!isTaped(call)) return 'missed';
      const { clock } = call.context;
      const startedAt = clock.now();
      const response = await forward(client, endpoint, call);
      const headers = keptHeaders(response.headers);
      call.response.start(response.status, headers);
      const pieces: [number, string][] = [];
      for await (const bytes of response.body ?? []) {
        pieces.push([Math.round(clock.now() - startedAt), Buffer.from(bytes).toString('base64')]);
        await call.response.write(bytes);
      }
      call.response.end();
      call.note.outcome = response.ok ? 'completed' : 'refused';
      call.note.status = response.status;
      // A failure is not kept: it would stand in the way of the answer.
      if (folder === undefined || !response.ok) return 'answered';
      const modelId = withoutAccount(call.params['modelId'] ?? '');
      const { operation } = call.note;
      const prints = fingerprints(call);
      const recording: Recording = {
        operation,
        modelId,
        ...prints,
        status: response.status,
        headers,
        pieces,
      };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, `${operation}-${prints.exact.slice(0, 16)}.json`);
      await writeFile(file, `${JSON.stringify(recording, null, 1)}\n`, { mode: 0o600 });
      return 'answered';
    },
  };
}

async function forward(
  client: AwsClient,
  endpoint: string,
  { request, response }: BedrockCall,
): Promise<Response> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    passedOn.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  try {
    return await client.fetch(`${endpoint}${request.url}`, {
      method: request.method,
      headers: Object.fromEntries(headers),
      body: new Uint8Array(request.body),
      signal: response.gone,
    });
  } catch (error) {
    const message = 'Bedrock could not be reached to be recorded.';
    throw new BedrockError('ServiceUnavailableException', message, { cause: error });
  }
}

/** The signature is made anew; all that asks something of Bedrock goes on. */
const passedOn = /^(?:content-type|accept|x-amzn-bedrock-.+)$/u;

/** What tells of the answer; request ids, dates and connections are not kept. */
function keptHeaders(headers: Headers): Readonly<Record<string, string>> {
  const kept = [...headers].filter(([name]) =>
    /^(?:content-type|x-amzn-errortype|x-amzn-bedrock-.*)$/u.test(name),
  );
  return Object.fromEntries(kept);
}
