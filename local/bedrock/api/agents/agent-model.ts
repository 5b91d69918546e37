/** The model that every agent of the local Bedrock uses. */
export const agentModel = 'anthropic.claude-haiku-4-5-20251001-v1:0';
