import type {
  ConverseStreamCommandInput,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';

/** What calling ConverseStream needs. */
export interface ConverseClient {
  /**
   * Sends a request. Returns the events of the answer, in batches of those that arrived together. A
   * batch must be read before the next one is requested. Throws Bedrock's error, with its name, as
   * do the events for an exception within the stream.
   */
  stream(
    input: ConverseStreamCommandInput,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Iterable<ConverseStreamOutput>>>;
}

/**
 * How long a connection to Bedrock may take and be silent. The socket timeout only backs up the
 * watchdog, because a slow reader makes a socket idle, too.
 */
export const bedrockTimeouts = { connectionTimeout: 3_000, socketTimeout: 120_000 } as const;
