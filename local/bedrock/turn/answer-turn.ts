import { noUsage, type SourceEvents, type SourceEvent } from '#local/bedrock/turn/answer.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { extractDocuments } from '#local/bedrock/model/extract-documents.ts';
import { guardAnswer } from '#local/bedrock/guardrails/guard-answer.ts';
import { guardingOf, scriptedGuarding, type Guarding } from '#local/bedrock/guardrails/guarding.ts';
import { countInput } from '#local/bedrock/model/input-tokens.ts';
import { paceAnswer, type PacedEvent } from '#local/bedrock/turn/pace.ts';
import type { Asked } from '#local/bedrock/turn/reply.ts';
import { overridden, playSteps } from '#local/bedrock/scenarios/play.ts';
import type { Reservation } from '#local/bedrock/model/quota.ts';
import type { Behaviour } from '#local/bedrock/scenarios/scenario.ts';
import type { Chosen } from '#local/bedrock/scenarios/scenario-book.ts';
import { chooseScenario, refuseByScenario } from '#local/bedrock/scenarios/choose.ts';
import { sendReply } from '#local/bedrock/turn/send-reply.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/** Answers a turn at its door: scenario, quota, guardrail, source, pace, bytes. */
export async function answerTurn(call: BedrockCall, { turn: asked, reply }: Asked): Promise<void> {
  const { note, response } = call;
  const isStreamed = reply.type === 'stream';
  const batches = openAnswer(call, await extractDocuments(asked), isStreamed);
  note.outcome = await sendReply(batches, reply, response);
}

/**
 * The paceAnswer answer to a turn; its share of the quota is taken when it begins, and settled when it
 * ends. Throws what Bedrock would refuse, or a scenario has it refuse.
 */
async function* openAnswer(call: BedrockCall, asked: ModelTurn, isStreamed: boolean): Batches {
  const { context, note, response, startedAt } = call;
  note.prompt = lastUserText(asked).slice(0, 2_000);
  note.metadata = asked.metadata;
  const { turn, chosen } = chooseScenario(call, asked);
  const behaviour = chosen?.behaviour ?? {};
  if (chosen !== undefined) {
    note.scenario = chosen.name;
    refuseByScenario(chosen);
  }
  const inputTokens = countInput(turn);
  checkContext(turn, inputTokens);
  const guarding = guardingFor(call, turn, behaviour);
  const reservation = reserve(call, turn, { tokens: inputTokens + turn.maxTokens, chosen });
  try {
    const ask = (): SourceEvents => answerBy(call, turn, behaviour);
    const events = guarding === undefined ? ask() : guardAnswer(ask, guarding, isStreamed);
    const pace = behaviour.latency === undefined ? {} : { ttftMs: behaviour.latency };
    const batches = paceAnswer(events, {
      clock: context.clock,
      isLive: context.source.isLive && behaviour.stream === undefined,
      pace: { ...context.pace, ...pace },
      seed: lastUserText(turn),
      signal: response.gone,
      startedAt,
    });
    yield* observed(batches, call);
  } finally {
    const outputTokens = note.tokensGenerated ?? 0;
    reservation.settle(note.usage ?? { ...noUsage, inputTokens, outputTokens });
  }
}

type Batches = AsyncGenerator<readonly PacedEvent[], void, undefined>;

/** A scenario's quota counts the requests that the scenario is for; the account's counts all. */
function reserve(
  { context }: BedrockCall,
  { model }: ModelTurn,
  { tokens, chosen }: { readonly tokens: number; readonly chosen: Chosen | undefined },
): Reservation {
  const own = chosen?.behaviour.quota;
  const key = own === undefined ? model.id : `${model.id} ${chosen?.name}`;
  return context.quotas.take({ key, model, quota: own ?? context.quota }, tokens);
}

/** Where a turn does not fit into what the model can read. */
function checkContext({ model }: ModelTurn, inputTokens: number): void {
  if (inputTokens > model.contextTokens) throw invalid('Input is too long for requested model.');
}

function guardingFor(
  call: BedrockCall,
  turn: ModelTurn,
  behaviour: Behaviour,
): Guarding | undefined {
  if (behaviour.guardrail !== undefined) return scriptedGuarding(behaviour.guardrail);
  if (turn.guardrail === undefined) return undefined;
  return guardingOf(turn, turn.guardrail, call.context.guardrails);
}

/** What a scenario has written down, or what the source says, as the scenario changes it. */
function answerBy(
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
      : playSteps(stream, { turn, input, stop });
  return overridden(events, behaviour);
}

/** Notes for the journal what passes by. */
async function* observed(batches: Batches, { note, context, startedAt }: BedrockCall): Batches {
  const said: string[] = [];
  try {
    for await (const batch of batches) {
      note.firstByteMs ??= Math.round(context.clock.now() - startedAt);
      said.push(...batch.map(wordsOf));
      const end = batch.find((event) => event.type === 'end');
      if (end !== undefined) note.usage = end.usage;
      yield batch;
    }
  } finally {
    note.tokensGenerated = note.usage?.outputTokens ?? countTokens(said.join(''));
  }
}

function wordsOf(event: SourceEvent): string {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta') return event.text;
  return event.type === 'tool-input-delta' ? event.json : '';
}
