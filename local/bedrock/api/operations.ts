import { countMessageTokens, messages } from '#local/bedrock/api/anthropic/messages-operation.ts';
import { chatCompletions } from '#local/bedrock/api/openai/chat-operation.ts';
import { getModel, listModels } from '#local/bedrock/api/api-models.ts';
import { embeddings } from '#local/bedrock/api/openai/embeddings-operation.ts';
import {
  deleteResponse,
  getResponse,
  responses,
} from '#local/bedrock/api/openai/responses-operation.ts';
import { applyGuardrail } from '#local/bedrock/api/apply-guardrail.ts';
import { converse, converseStream } from '#local/bedrock/api/converse/converse.ts';
import { countTokens } from '#local/bedrock/api/converse/count-tokens.ts';
import { invokeModel, invokeModelWithResponseStream } from '#local/bedrock/api/invoke/invoke.ts';
import { getGuardrail, listGuardrails } from '#local/bedrock/api/list-guardrails.ts';
import {
  getFoundationModel,
  getFoundationModelAvailability,
  listFoundationModels,
  listInferenceProfiles,
} from '#local/bedrock/api/list-models.ts';
import { invokeAgent } from '#local/bedrock/api/agents/invoke-agent.ts';
import { invokeAgentRuntime } from '#local/bedrock/api/agents/invoke-agent-runtime.ts';
import { retrieve } from '#local/bedrock/api/knowledge/retrieve.ts';
import {
  retrieveAndGenerate,
  retrieveAndGenerateStream,
} from '#local/bedrock/api/knowledge/retrieve-and-generate.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';

/** All operations of the local Bedrock. */
export const operations: readonly BedrockOperation[] = [
  converse,
  converseStream,
  invokeModel,
  invokeModelWithResponseStream,
  countTokens,
  applyGuardrail,
  chatCompletions,
  responses,
  getResponse,
  deleteResponse,
  embeddings,
  messages,
  countMessageTokens,
  listModels,
  getModel,
  listFoundationModels,
  getFoundationModel,
  getFoundationModelAvailability,
  listInferenceProfiles,
  listGuardrails,
  getGuardrail,
  retrieve,
  retrieveAndGenerate,
  retrieveAndGenerateStream,
  invokeAgent,
  invokeAgentRuntime,
];
