import { callSpending } from '#domain/spending/pricing.ts';
import { answerTokens } from '#documents/extract-step.ts';
import { toDocumentFailure, type StepError } from '#documents/failures.ts';
import { readJson, readUsage, requestFor } from '#documents/model-answers.ts';
import { summaryPrompt } from '#documents/prompts.ts';
import {
  answerFile,
  answerTo,
  documentIn,
  reservationIn,
  writeQuestion,
  type AskedFile,
  type Extracted,
  type StepInput,
  type StepPolicy,
  type StepPorts,
} from '#documents/step.ts';
import type { Document } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';
import { noSpending, addSpending } from '#domain/spending/ledger.ts';

/** Which of the steps is to be done, and with what. */
export type CombineInput =
  | { readonly step: 'collect-notes' | 'store-result'; readonly state: Extracted }
  | {
      readonly step: 'store-failure';
      readonly state: StepInput & Partial<Extracted>;
      readonly failure: StepError;
    };

/** Does a step that brings answers together; gives what goes on to the next one. */
export async function combineResults(
  ports: StepPorts,
  policy: StepPolicy,
  input: CombineInput,
): Promise<object> {
  switch (input.step) {
    case 'collect-notes':
      return collectNotes(ports, policy, input.state);
    case 'store-result':
      await storeResult(ports, policy, input.state);
      return {};
    case 'store-failure':
      await storeFailure(ports, policy, input);
      return {};
  }
}

/** Gathers the notes on all parts, and writes what the summary is to be made of. */
async function collectNotes(
  ports: StepPorts,
  { documentModel: modelId }: StepPolicy,
  input: Extracted,
): Promise<Extracted & { readonly summary: AskedFile }> {
  const document = await documentIn(ports, input);
  const answers = input.parts.map((_, index) =>
    answerTo(ports, document, { name: `part-${index}`, modelId }),
  );
  const notes = await Promise.all(answers);
  const body = requestFor(modelId, summaryPrompt(notes, document), answerTokens.summary);
  return { ...input, summary: await writeQuestion(ports, document, { name: 'summary', body }) };
}

/** Keeps what came of it, and settles what was set aside. */
async function storeResult(ports: StepPorts, policy: StepPolicy, input: Extracted): Promise<void> {
  const document = await documentIn(ports, input);
  const answer = (name: string): Promise<string> =>
    answerTo(ports, document, { name, modelId: policy.documentModel });
  const result =
    document.kind === 'summary'
      ? { summary: (await answer('summary')).trim(), parts: input.parts.length }
      : { ...sentimentIn(await answer('sentiment')), ...keywordsIn(await answer('keywords')) };
  await settle(ports, policy, { document, input });
  await ports.documents.change(
    document,
    { state: 'succeeded', finishedAtMs: ports.clock.now(), result: JSON.stringify(result) },
    ['queued', 'running'],
  );
}

/** Keeps why nothing came of it, in words for a person. */
async function storeFailure(
  ports: StepPorts,
  policy: StepPolicy,
  { state, failure }: Extract<CombineInput, { step: 'store-failure' }>,
): Promise<void> {
  const document = await documentIn(ports, state);
  const { parts, reserved } = state;
  const isAsked = parts !== undefined && reserved !== undefined;
  if (isAsked && !(await mayBeAnswered(ports, document, { parts, failure }))) {
    await settle(ports, policy, { document, input: { ...state, parts, reserved } });
  }
  await ports.documents.change(
    document,
    {
      state: 'failed',
      finishedAtMs: ports.clock.now(),
      error: toDocumentFailure(failure),
    },
    ['awaiting_upload', 'queued', 'running'],
  );
}

/** Whether a model may still be at a question, or be so late that nobody has heard it. */
async function mayBeAnswered(
  ports: StepPorts,
  document: Document,
  { parts, failure }: { readonly parts: Extracted['parts']; readonly failure: StepError },
): Promise<boolean> {
  if (failure.Error === 'States.Timeout') return true;
  const asked = document.kind === 'summary' ? parts.map((_, index) => `part-${index}`) : findings;
  const answers = await Promise.all(asked.map((name) => answerFile(ports, document, name)));
  // Of one alone it is known that it was refused; of several, the others were asked at that time.
  return asked.length > 1 && answers.includes(undefined);
}

/** What an analysis asks at the same time. */
const findings = ['sentiment', 'keywords'];

function sentimentIn(text: string): object {
  const { sentiment, score } = readJson(text);
  const label = typeof sentiment === 'string' ? sentiment.toLowerCase() : '';
  if (!['positive', 'negative', 'neutral', 'mixed'].includes(label)) {
    throw new ChatError('model_error', 'The model named no sentiment.');
  }
  return { sentiment: label, score: typeof score === 'number' ? score : null };
}

function keywordsIn(text: string): object {
  const { keywords } = readJson(text);
  if (!Array.isArray(keywords)) throw new ChatError('model_error', 'The model named no keywords.');
  return { keywords: keywords.filter((word) => typeof word === 'string').slice(0, 8) };
}

interface Settling {
  readonly document: Document;
  readonly input: Extracted;
}

/**
 * What the answers that there are took is put in the place of what was set aside. Where one of them
 * cannot be read, what was set aside stays: it may have been paid for.
 */
async function settle(
  ports: StepPorts,
  { documentModel: modelId }: StepPolicy,
  { document, input }: Settling,
): Promise<void> {
  const parts = input.parts.map((_, index) => `part-${index}`);
  try {
    const found = await Promise.all(
      [...parts, 'summary', ...findings].map(async (name) => {
        const json = await answerFile(ports, document, name);
        const usage = json === undefined ? undefined : readUsage(modelId, json);
        return usage === undefined ? noSpending : callSpending(ports.prices, modelId, usage);
      }),
    );
    await ports.ledger.settle(reservationIn(input), {
      ...found.reduce(addSpending, noSpending),
      turns: 1,
    });
  } catch {
    // As it was set aside.
  }
}
