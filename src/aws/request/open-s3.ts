import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createPatientRetries } from '#aws/request/patient-retries.ts';

async function load(config: S3ClientConfig, requestTimeout: number) {
  const s3 = await import('@aws-sdk/client-s3');
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout,
    throwOnRequestTimeout: true,
  });
  // Each name has one content, so that a write may be repeated.
  const retryStrategy = createPatientRetries();
  return { s3, client: new s3.S3Client({ requestHandler, retryStrategy, ...config }) };
}

/** Returns S3 and its client, which are loaded from Lambda's runtime on first use. */
export type OpenS3 = () => ReturnType<typeof load>;

/** Returns a function that loads S3 once. No attempt takes longer than `timeoutMs`. */
export function createS3(config: S3ClientConfig = {}, timeoutMs = 20_000): OpenS3 {
  let loaded: ReturnType<typeof load> | undefined;
  return () => (loaded ??= load(config, timeoutMs));
}
