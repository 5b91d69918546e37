import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

/** The environment variables that functions need while they are loaded. */
const environment = {
  CONVERSATIONS_TABLE: 'Turns',
  ANSWERS_BUCKET: 'none',
  HISTORY_TABLE: 'none',
  MODELS: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  MODEL_REGION: 'us-east-1',
  MAX_OUTPUT_TOKENS: '4096',
  MAX_HISTORY_TOKENS: '16000',
  REQUESTS_PER_MINUTE: '600',
  TOKENS_PER_DAY: '5000000',
  USD_PER_DAY: '25',
  TASK_QUEUE: 'none',
  CALLBACK_QUEUE: 'none',
  RETRY_SECONDS: '5',
  DOCUMENTS_BUCKET: 'none',
  DOCUMENT_MODEL: 'amazon.nova-lite-v1:0',
  DOCUMENT_PIPELINE: 'none',
  ANALYSIS_PIPELINE: 'none',
  UPLOAD_QUEUE: 'none',
  EXPORTS_BUCKET: 'none',
  DATA_QUEUE: 'none',
  MAX_DELIVERIES: '8',
  USER_POOL_ISSUER: 'https://cognito-idp.us-east-1.amazonaws.com/none',
  USER_POOL_CLIENTS: 'none',
  SIGNED_IN_KEY: 'none',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

/** Returns the milliseconds that Node takes to load a bundle: the median of new processes. */
export function loadMs(folder: string, processes = 9): number {
  const script = `
    globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: {} };
    const startedAt = performance.now();
    require(${JSON.stringify(resolve(join(folder, 'index.cjs')))});
    console.log(performance.now() - startedAt);
  `;
  const env = { ...process.env, ...environment };
  const times = Array.from({ length: processes }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      env,
    });
    // Node prints the line of the error, too, and the lines of a bundle are very long.
    const reason = stderr.split('\n').findLast((line) => /^\w*Error/u.test(line));
    if (stdout === '') throw new Error(`${folder} could not be loaded: ${reason}`);
    return Number(stdout);
  });
  return times.toSorted((a, b) => a - b)[Math.floor(processes / 2)] ?? Number.NaN;
}
