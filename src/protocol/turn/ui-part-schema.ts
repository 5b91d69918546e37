import * as v from 'valibot';
import { passageJson } from '#protocol/conversation/answer-schema.ts';
import { usageJson } from '#protocol/conversation/usage-schema.ts';

const metadata = v.object({
  turn_id: v.optional(v.string()),
  conversation_id: v.optional(v.string()),
  model: v.optional(v.string()),
  stop_reason: v.optional(v.string()),
  usage: v.optional(usageJson),
  cost_usd: v.optional(v.number()),
});

export type UiMetadata = v.InferOutput<typeof metadata>;

const partMetadata = v.object({
  providerMetadata: v.optional(
    v.object({
      streambed: v.optional(
        v.object({ seconds: v.optional(v.number()), denied: v.optional(v.boolean()) }),
      ),
    }),
  ),
});

/** What Streambed adds to a part that the AI SDK defines. */
export type PartMetadata = v.InferOutput<typeof partMetadata>;

const ofBlock = { id: v.string() };
const ofCall = { toolCallId: v.string() };

/** The parts of a UI message stream that Streambed's own clients read. */
export const uiPart = v.variant('type', [
  v.object({ type: v.literal('start'), messageMetadata: v.optional(metadata) }),
  v.object({ type: v.literal('start-step') }),
  v.object({ type: v.literal('message-metadata'), messageMetadata: metadata }),
  v.object({ type: v.literal('text-delta'), ...ofBlock, delta: v.string() }),
  v.object({ type: v.literal('reasoning-delta'), ...ofBlock, delta: v.string() }),
  v.object({ type: v.literal('text-end'), ...ofBlock }),
  v.object({ type: v.literal('reasoning-end'), ...ofBlock, ...partMetadata.entries }),
  v.object({ type: v.literal('tool-input-start'), ...ofCall, toolName: v.string() }),
  v.object({ type: v.literal('tool-input-delta'), ...ofCall, inputTextDelta: v.string() }),
  v.object({ type: v.literal('tool-input-available'), ...ofCall }),
  v.object({ type: v.literal('tool-input-error'), ...ofCall }),
  v.object({
    type: v.literal('tool-output-available'),
    ...ofCall,
    output: v.string(),
    ...partMetadata.entries,
  }),
  v.object({
    type: v.literal('tool-output-error'),
    ...ofCall,
    errorText: v.string(),
    ...partMetadata.entries,
  }),
  v.object({ type: v.literal('tool-approval-request'), ...ofCall }),
  v.object({
    type: v.literal('data-retrieval'),
    ...ofBlock,
    data: v.object({ query: v.string(), passages: v.array(passageJson) }),
  }),
  v.object({
    type: v.literal('data-citation'),
    ...ofBlock,
    data: v.object({
      start: v.optional(v.number()),
      end: v.optional(v.number()),
      sources: v.array(passageJson),
    }),
  }),
  v.object({
    type: v.literal('data-error'),
    data: v.object({
      code: v.string(),
      requestId: v.optional(v.string()),
      liveTurnId: v.optional(v.string()),
    }),
  }),
  v.object({ type: v.literal('error'), errorText: v.string() }),
  v.object({ type: v.literal('finish'), messageMetadata: v.optional(metadata) }),
]);

export type UiPart = v.InferOutput<typeof uiPart>;
