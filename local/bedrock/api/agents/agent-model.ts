/** The model behind every agent here. */
export const agentModel = 'anthropic.claude-haiku-4-5-20251001-v1:0';
