import type { ChatError } from '#domain/errors.ts';
import type { WholeBlock } from '#domain/conversation/message.ts';
import type { Usage, Cost } from '#domain/conversation/usage.ts';

/** Why the model stopped, in Bedrock's spelling. Unknown reasons pass through. */
export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'stop_sequence'
  | 'guardrail_intervened'
  | 'content_filtered'
  | 'model_context_window_exceeded'
  /** The model wrote something that Bedrock cannot read: its output, or the call of a tool. */
  | 'malformed_model_output'
  | 'malformed_tool_use'
  /** Streambed's own: a person stopped the turn. */
  | 'stopped'
  | (string & {});

/**
 * One event of a model's answer while it streams. As on Bedrock's wire, only a tool use begins with
 * `block-start`; text and reasoning begin with their first delta.
 */
export type StreamEvent =
  /** `modelId` names the model that answers, if it can differ from the requested one. */
  | { readonly type: 'message-start'; readonly modelId?: string }
  | {
      readonly type: 'block-start';
      readonly index: number;
      readonly toolUseId: string;
      readonly name: string;
    }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | {
      readonly type: 'reasoning-delta';
      readonly index: number;
      readonly text: string;
      readonly signature?: string;
      /** How long the block has streamed so far, up to and including this delta. */
      readonly durationMs?: number;
    }
  | { readonly type: 'tool-input-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'block-stop'; readonly index: number }
  /** A block that arrives in one piece, without `block-stop`. */
  | { readonly type: 'block'; readonly index: number; readonly block: WholeBlock }
  | { readonly type: 'message-stop'; readonly stopReason: StopReason }
  | { readonly type: 'usage'; readonly usage: Usage };

/** Why a model was chosen for a request that named none. */
export type ModelReason =
  | 'simple_question'
  | 'long_question'
  | 'asks_for_thought'
  | 'long_answer_wanted'
  | 'goes_back_to_a_turn'
  | 'no_cheaper_model';

/**
 * One event of a turn for its reader. A turn begins with `turn-start` and ends with either
 * `turn-stop` or `error`, which is emitted only after the end of the turn was stored.
 */
export type TurnEvent =
  | {
      readonly type: 'turn-start';
      readonly turnId: string;
      readonly conversationId?: string;
      readonly modelId: string;
      /** Why this model was chosen, if the request named none. */
      readonly modelReason?: ModelReason;
      /**
       * The answer is an earlier one: that of the same request, or one to the same prompt that another
       * request pays for.
       */
      readonly repeats?: 'replayed' | 'cached';
    }
  | StreamEvent
  | {
      readonly type: 'turn-stop';
      readonly stopReason: StopReason;
      readonly usage?: Usage;
      readonly cost?: Cost;
    }
  | { readonly type: 'error'; readonly error: ChatError };
