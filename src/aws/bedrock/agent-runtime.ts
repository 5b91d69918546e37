import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * The SDK for Bedrock's agents and knowledge bases, and a client on HTTP/1.1, which notices a
 * stream that breaks. It is loaded with the first call: nobody else waits for it. Nothing is tried
 * again here, for agents act.
 */
async function load() {
  const sdk = await import('@aws-sdk/client-bedrock-agent-runtime');
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 300_000 });
  return { sdk, client: new sdk.BedrockAgentRuntimeClient({ requestHandler, maxAttempts: 1 }) };
}

let loaded: ReturnType<typeof load> | undefined;

/** The client for agents and knowledge bases, the same for all who ask. */
export function openAgentRuntime(): ReturnType<typeof load> {
  return (loaded ??= load());
}
