import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import {
  hashRequest,
  isRecordable,
  type Recording,
  type Tape,
} from '#local/bedrock/recording/tape.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import {
  integer,
  list,
  map,
  number,
  readShape,
  string,
  structure,
  type Shape,
} from '#local/wire/shape.ts';

/** Which recordings are replayed, and how. */
export interface ReplayOptions {
  readonly folder: string;
  /** Whether the whole request must be the same, or only its content. */
  readonly match: 'exact' | 'structural';
  /** What to do with a request that was not recorded. */
  readonly miss: 'fail' | 'simulate';
  /** 1 is the recorded speed, 2 is twice that, and 0 does not wait. */
  readonly speed: number;
}

/** Answers from recordings, byte for byte. Throws if the folder is empty or a recording is invalid. */
export async function createReplayer({ folder, match, miss, speed }: ReplayOptions): Promise<Tape> {
  const recordings = await readRecordings(folder);
  const byHash = new Map(recordings.map((recording) => [recording[match], recording]));
  return {
    async answer(call) {
      if (!isRecordable(call)) return 'missed';
      const recording = byHash.get(hashRequest(call)[match]);
      if (recording !== undefined) await replay(recording, speed, call);
      else if (miss === 'fail') throw noRecording();
      return recording === undefined ? 'missed' : 'answered';
    },
  };
}

function noRecording(): BedrockError {
  return new BedrockError('ModelErrorException', 'There is no recording of this request.');
}

async function replay(recording: Recording, speed: number, call: BedrockCall): Promise<void> {
  const { response, context, startedAt } = call;
  const { clock } = context;
  let isStarted = false;
  for (const [atMs, base64] of recording.pieces) {
    const waitMs = speed === 0 ? 0 : startedAt + atMs / speed - clock.now();
    if (waitMs > 1) await clock.sleep(waitMs, response.gone);
    if (response.gone.aborted) return;
    if (!isStarted) response.start(recording.status, recording.headers);
    isStarted = true;
    await response.write(Buffer.from(base64, 'base64'));
  }
  if (!isStarted) response.start(recording.status, recording.headers);
  response.end();
  call.note.outcome = 'completed';
}

/** A chunk is a pair, which is a list in JSON. */
const piece: Shape<readonly [number, string]> = (value, path, problems) => {
  const [atMs, base64]: readonly unknown[] = Array.isArray(value) ? value : [];
  return [number({ min: 0 })(atMs, path, problems), string()(base64, path, problems)];
};

const recordingShape: Shape<Recording> = structure({
  operation: string(),
  modelId: string(),
  exact: string(),
  structural: string(),
  status: integer(),
  headers: map(string()),
  pieces: list(piece),
});

async function readRecordings(folder: string): Promise<readonly Recording[]> {
  const names = await Array.fromAsync(glob('*.json', { cwd: folder }));
  if (names.length === 0) throw new Error(`--replay: there are no recordings in ${folder}`);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const json: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
      return readShape(
        recordingShape,
        json,
        (problems) => new Error(describeProblems(name, problems)),
      );
    }),
  );
}
