import type { ChatError } from '#domain/errors.ts';
import type { WholeBlock } from '#domain/conversation/message.ts';
import type { Usage, Cost } from '#domain/conversation/usage.ts';

/** Why the model stopped, in Bedrock's spelling. Reasons that are new to us pass through. */
export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'stop_sequence'
  | 'guardrail_intervened'
  | 'content_filtered'
  /** Ours: a person stopped the turn. */
  | 'stopped'
  | (string & {});

/**
 * What a model says, as it says it. Only a tool use announces itself with `block-start`, as on
 * Bedrock's wire: text and reasoning begin with their first delta.
 */
export type StreamEvent =
  /** `modelId` names the model that speaks, where it may be another than the one asked for. */
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
    }
  | { readonly type: 'tool-input-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'block-stop'; readonly index: number }
  /** A block that comes whole, and has no `block-stop`. */
  | { readonly type: 'block'; readonly index: number; readonly block: WholeBlock }
  | { readonly type: 'message-stop'; readonly stopReason: StopReason }
  | { readonly type: 'usage'; readonly usage: Usage };

/** Why a model was chosen for a request that left the choice to us. */
export type ModelReason =
  | 'simple_question'
  | 'long_question'
  | 'asks_for_thought'
  | 'long_answer_wanted'
  | 'goes_back_to_a_turn'
  | 'no_cheaper_model';

/**
 * What a reader of a turn is told. It begins with `turn-start` and ends with exactly one of
 * `turn-stop` and `error`, either of which comes only after the turn's end was stored.
 */
export type TurnEvent =
  | {
      readonly type: 'turn-start';
      readonly turnId: string;
      readonly conversationId?: string;
      readonly modelId: string;
      /** Why it is this model, where the choice was left to us. */
      readonly modelReason?: ModelReason;
      /** The answer was given before: to the same request, or to the same question. */
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
