import { messages } from '#local/bedrock/anthropic/messages-door.ts';
import { chatCompletions } from '#local/bedrock/openai/chat-door.ts';
import { responses } from '#local/bedrock/openai/responses-door.ts';
import { applyGuardrail } from '#local/bedrock/operations/apply-guardrail.ts';
import { converse, converseStream } from '#local/bedrock/operations/converse.ts';
import { countTokens } from '#local/bedrock/operations/count-tokens.ts';
import { invokeModel, invokeModelWithResponseStream } from '#local/bedrock/operations/invoke.ts';
import {
  getFoundationModel,
  listFoundationModels,
  listInferenceProfiles,
} from '#local/bedrock/operations/list-models.ts';
import { invokeAgent } from '#local/bedrock/agents/invoke-agent.ts';
import { invokeAgentRuntime } from '#local/bedrock/agents/invoke-agent-runtime.ts';
import { retrieve } from '#local/bedrock/knowledge/retrieve.ts';
import {
  retrieveAndGenerate,
  retrieveAndGenerateStream,
} from '#local/bedrock/knowledge/retrieve-and-generate.ts';
import type { Operation } from '#local/bedrock/operations/operation.ts';

/** Everything that the local Bedrock answers. */
export const operations: readonly Operation[] = [
  converse,
  converseStream,
  invokeModel,
  invokeModelWithResponseStream,
  countTokens,
  applyGuardrail,
  chatCompletions,
  responses,
  messages,
  listFoundationModels,
  getFoundationModel,
  listInferenceProfiles,
  retrieve,
  retrieveAndGenerate,
  retrieveAndGenerateStream,
  invokeAgent,
  invokeAgentRuntime,
];
