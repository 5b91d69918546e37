import { noUsage, type SourceEvents, type SourceEvent } from '#local/bedrock/turn/answer.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { extractDocuments } from '#local/bedrock/model/extract-documents.ts';
import { guardAnswer } from '#local/bedrock/guardrails/guard-answer.ts';
import {
  createTurnGuardrail,
  createScriptedGuardrail,
  type TurnGuardrail,
} from '#local/bedrock/guardrails/turn-guardrail.ts';
import { countInput } from '#local/bedrock/model/input-tokens.ts';
import { checkModelRules } from '#local/bedrock/rules/model-rules.ts';
import { paceAnswer, type PacedEvent } from '#local/bedrock/turn/pace.ts';
import { placeCitations } from '#local/bedrock/turn/place-citations.ts';
import type { Reply } from '#local/bedrock/turn/reply.ts';
import { applyOverrides, playSteps } from '#local/bedrock/scenarios/play.ts';
import type { Reservation } from '#local/bedrock/model/quota.ts';
import type { Behaviour } from '#local/bedrock/scenarios/scenario.ts';
import type { AppliedScenario } from '#local/bedrock/scenarios/scenario-book.ts';
import { selectScenario, failByScenario } from '#local/bedrock/scenarios/select-scenario.ts';
import { sendReply } from '#local/bedrock/turn/send-reply.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/**
 * Answers a turn: checks the rules of its model, applies scenario, quota and guardrail, asks the source, paces its events and
 * sends them as `reply` renders them.
 */
export async function answerTurn(call: BedrockCall, turn: ModelTurn, reply: Reply): Promise<void> {
  const { note, response } = call;
  const isStreamed = reply.type === 'stream';
  checkModelRules(turn, { isStreamed, enabledRules: call.context.enabledRules });
  const batches = openAnswer(call, await extractDocuments(turn), isStreamed);
  note.outcome = await sendReply(batches, reply, response);
}

/**
 * Yields the paced events of an answer. Reserves quota before the answer begins, and settles it
 * when the answer ends. Throws Bedrock's error for an invalid turn, or the error that a scenario
 * sets.
 */
async function* openAnswer(
  call: BedrockCall,
  requestedTurn: ModelTurn,
  isStreamed: boolean,
): Batches {
  const { context, note, response, startedAt } = call;
  note.prompt = lastUserText(requestedTurn).slice(0, 2_000);
  note.metadata = requestedTurn.metadata;
  const { turn, scenario } = await selectScenario(call, requestedTurn);
  const behaviour = scenario?.behaviour ?? {};
  if (scenario !== undefined) {
    note.scenario = scenario.name;
    failByScenario(scenario);
  }
  const inputTokens = countInput(turn);
  checkContext(turn, inputTokens);
  const guardrail = guardrailFor(call, turn, behaviour);
  const reservation = reserveQuota(call, turn, inputTokens + turn.maxTokens, scenario);
  try {
    const startSource = (): SourceEvents => sourceEvents(call, turn, behaviour);
    const events =
      guardrail === undefined ? startSource() : guardAnswer(startSource, guardrail, isStreamed);
    const pace = behaviour.latency === undefined ? {} : { ttftMs: behaviour.latency };
    const batches = paceAnswer(events, {
      clock: context.clock,
      isLive: context.source.isLive && behaviour.stream === undefined,
      pace: { ...context.pace, ...pace },
      seed: lastUserText(turn),
      signal: response.gone,
      startedAt,
    });
    yield* recordInNote(batches, call);
  } finally {
    const outputTokens = note.tokensGenerated ?? 0;
    reservation.settle(note.usage ?? { ...noUsage, inputTokens, outputTokens });
  }
}

type Batches = AsyncGenerator<readonly PacedEvent[], void, undefined>;

/** A scenario's quota counts the requests that match the scenario. The account's counts all. */
function reserveQuota(
  { context }: BedrockCall,
  { model }: ModelTurn,
  tokens: number,
  scenario: AppliedScenario | undefined,
): Reservation {
  const scenarioQuota = scenario?.behaviour.quota;
  const key = scenarioQuota === undefined ? model.id : `${model.id} ${scenario?.name}`;
  return context.quotas.reserve({ key, model, quota: scenarioQuota ?? context.quota }, tokens);
}

/** Throws if the input does not fit into the model's context window. */
function checkContext({ model }: ModelTurn, inputTokens: number): void {
  if (inputTokens > (model.contextTokens ?? Infinity))
    throw invalid('Input is too long for requested model.');
}

function guardrailFor(
  call: BedrockCall,
  turn: ModelTurn,
  behaviour: Behaviour,
): TurnGuardrail | undefined {
  if (behaviour.guardrail !== undefined) return createScriptedGuardrail(behaviour.guardrail);
  if (turn.guardrail === undefined) return undefined;
  return createTurnGuardrail(turn, turn.guardrail, call.context.guardrails);
}

/** Returns the steps of the scenario or the events of the source, with the scenario's overrides. */
function sourceEvents(
  { note, context, response }: BedrockCall,
  turn: ModelTurn,
  behaviour: Behaviour,
): SourceEvents {
  const input = context.cache.account(turn);
  const { stream, stop } = behaviour;
  const events =
    stream === undefined
      ? context.source.answer(turn, {
          modelId: note.modelId ?? turn.model.id,
          input,
          signal: response.gone,
        })
      : playSteps(stream, turn, input, stop);
  return applyOverrides(placeCitations(events, turn), behaviour);
}

/** Passes the batches on, and records their timing and usage for the journal. */
async function* recordInNote(batches: Batches, { note, context, startedAt }: BedrockCall): Batches {
  const sent: (readonly PacedEvent[])[] = [];
  try {
    for await (const batch of batches) {
      note.firstByteMs ??= Math.round(context.clock.now() - startedAt);
      sent.push(batch);
      const end = batch.findLast((event) => event.type === 'end');
      if (end !== undefined) note.usage = end.usage;
      yield batch;
    }
  } finally {
    note.tokensGenerated =
      note.usage?.outputTokens ?? countTokens(sent.flat().map(generatedText).join(''));
  }
}

function generatedText(event: SourceEvent): string {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta') return event.text;
  return event.type === 'tool-input-delta' ? event.json : '';
}
