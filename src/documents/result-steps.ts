import { callSpending } from '#domain/spending/pricing.ts';
import { answerTokens } from '#documents/extract-step.ts';
import { toDocumentFailure, type StepError } from '#documents/failures.ts';
import { readJson, readUsage, toRequestBody } from '#documents/model-answers.ts';
import { summaryPrompt } from '#documents/prompts.ts';
import {
  readAnswerFile,
  readAnswer,
  requireDocument,
  toReservation,
  writeQuestion,
  type QuestionFiles,
  type ExtractOutput,
  type StepInput,
  type StepPolicy,
  type StepPorts,
} from '#documents/step.ts';
import type { Document } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';
import { noSpending, addSpending } from '#domain/spending/ledger.ts';

/** The input of the step that collects notes or stores the outcome. */
export type CombineInput =
  | { readonly step: 'collect-notes' | 'store-result'; readonly state: ExtractOutput }
  | {
      readonly step: 'store-failure';
      readonly state: StepInput & Partial<ExtractOutput>;
      readonly failure: StepError;
    };

/** Executes a step that combines answers. Returns the input of the next step. */
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

/** Collects the notes on all parts and writes the question for the summary. */
async function collectNotes(
  ports: StepPorts,
  { documentModel: modelId }: StepPolicy,
  input: ExtractOutput,
): Promise<ExtractOutput & { readonly summary: QuestionFiles }> {
  const document = await requireDocument(ports, input);
  const answers = input.parts.map((_, index) =>
    readAnswer(ports, document, `part-${index}`, modelId),
  );
  const notes = await Promise.all(answers);
  const body = toRequestBody(modelId, summaryPrompt(notes, document), answerTokens.summary);
  return { ...input, summary: await writeQuestion(ports, document, 'summary', body) };
}

/** Stores the result and settles the reservation. */
async function storeResult(
  ports: StepPorts,
  policy: StepPolicy,
  input: ExtractOutput,
): Promise<void> {
  const document = await requireDocument(ports, input);
  const answer = (name: string): Promise<string> =>
    readAnswer(ports, document, name, policy.documentModel);
  const result =
    document.kind === 'summary'
      ? { summary: (await answer('summary')).trim(), parts: input.parts.length }
      : { ...sentimentIn(await answer('sentiment')), ...keywordsIn(await answer('keywords')) };
  await settle(ports, policy, document, input);
  await ports.documents.change(
    document,
    { state: 'succeeded', finishedAtMs: ports.clock.now(), result: JSON.stringify(result) },
    ['queued', 'running'],
  );
}

/** Stores the failure, with a message for people. */
async function storeFailure(
  ports: StepPorts,
  policy: StepPolicy,
  { state, failure }: Extract<CombineInput, { step: 'store-failure' }>,
): Promise<void> {
  const document = await requireDocument(ports, state);
  const { parts, reserved } = state;
  const isExtracted = parts !== undefined && reserved !== undefined;
  if (isExtracted && !(await mayHaveOpenCalls(ports, document, parts, failure))) {
    await settle(ports, policy, document, { ...state, parts, reserved });
  }
  await ports.documents.change(
    document,
    {
      state: 'failed',
      finishedAtMs: ports.clock.now(),
      error: toDocumentFailure(failure, isExtracted),
    },
    ['awaiting_upload', 'queued', 'running'],
  );
}

/** Returns whether a model may still answer a question, or has answered it too late. */
async function mayHaveOpenCalls(
  ports: StepPorts,
  document: Document,
  parts: ExtractOutput['parts'],
  failure: StepError,
): Promise<boolean> {
  if (failure.Error === 'States.Timeout') return true;
  const names =
    document.kind === 'summary' ? parts.map((_, index) => `part-${index}`) : analysisQuestions;
  const answers = await Promise.all(names.map((name) => readAnswerFile(ports, document, name)));
  // A single question has failed. Of several, the others may still have been running.
  return names.length > 1 && answers.includes(undefined);
}

/** The questions of an analysis, which run at the same time. */
const analysisQuestions = ['sentiment', 'keywords'];

function sentimentIn(text: string): object {
  const { sentiment, score } = readJson(text);
  const label = typeof sentiment === 'string' ? sentiment.toLowerCase() : '';
  if (!['positive', 'negative', 'neutral', 'mixed'].includes(label)) {
    throw new ChatError('model_error', 'The model returned no sentiment.');
  }
  return { sentiment: label, score: typeof score === 'number' ? score : null };
}

function keywordsIn(text: string): object {
  const { keywords } = readJson(text);
  if (!Array.isArray(keywords))
    throw new ChatError('model_error', 'The model returned no keywords.');
  return { keywords: keywords.filter((word) => typeof word === 'string').slice(0, 8) };
}

/**
 * Settles the reservation with the spending of the existing answers. If one of them cannot be read,
 * the reservation stays, because the answer may have been paid for.
 */
async function settle(
  ports: StepPorts,
  { documentModel: modelId }: StepPolicy,
  document: Document,
  input: ExtractOutput,
): Promise<void> {
  const parts = input.parts.map((_, index) => `part-${index}`);
  try {
    const spending = await Promise.all(
      [...parts, 'summary', ...analysisQuestions].map(async (name) => {
        const json = await readAnswerFile(ports, document, name);
        const usage = json === undefined ? undefined : readUsage(modelId, json);
        return usage === undefined ? noSpending : callSpending(ports.prices, modelId, usage);
      }),
    );
    await ports.ledger.settle(toReservation(input), {
      ...spending.reduce(addSpending, noSpending),
      turns: 1,
    });
  } catch {
    // The reservation stays as it is.
  }
}
