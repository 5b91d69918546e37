import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * Loads the SDK for Bedrock's agents and knowledge bases, and creates a client. HTTP/1.1 detects a
 * broken stream. Other requests do not wait for the loading. There are no retries, because an agent
 * may already have acted.
 */
async function load() {
  const sdk = await import('@aws-sdk/client-bedrock-agent-runtime');
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 300_000 });
  return { sdk, client: new sdk.BedrockAgentRuntimeClient({ requestHandler, maxAttempts: 1 }) };
}

let loaded: ReturnType<typeof load> | undefined;

/** Returns the shared client for agents and knowledge bases. It is loaded on first use. */
export function openAgentRuntime(): ReturnType<typeof load> {
  return (loaded ??= load());
}
