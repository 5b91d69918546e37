import { readAnswerText } from '#documents/model-answers.ts';
import type { Clock } from '#domain/clock.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { workName, type Document, type Documents, type Files } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';
import type { Ledger, Reservation } from '#domain/spending/ledger.ts';

/** The ports of the steps of a document workflow. */
export interface StepPorts {
  readonly documents: Documents;
  readonly files: Files;
  readonly ledger: Ledger;
  readonly prices: Prices;
  readonly clock: Clock;
}

/** The settings of all steps. */
export interface StepPolicy {
  /** The model that reads documents. */
  readonly documentModel: string;
}

/** The input of a workflow. The text of the document stays in files. */
export interface StepInput {
  readonly owner: string;
  readonly document_id: string;
}

/** The S3 URIs of a question and of its answer, which a task of the workflow uses. */
export interface QuestionFiles {
  readonly request: string;
  readonly answer: string;
}

/** The output of the extract step, which the later steps get. */
export interface ExtractOutput extends StepInput {
  readonly parts: readonly QuestionFiles[];
  readonly sentiment?: QuestionFiles;
  readonly keywords?: QuestionFiles;
  readonly reserved: { readonly at_ms: number; readonly tokens: number; readonly nano_usd: number };
}

/** Returns the document of a step. Throws `not_found` if it does not exist. */
export async function requireDocument(
  { documents }: StepPorts,
  input: StepInput,
): Promise<Document> {
  const document = await documents.find({ owner: input.owner, documentId: input.document_id });
  if (document === undefined) throw new ChatError('not_found', 'There is no such document.');
  return document;
}

/** Returns the reservation that the extract step made. */
export function toReservation({
  owner,
  document_id: turnId,
  reserved,
}: ExtractOutput): Reservation {
  const { at_ms: atMs, tokens, nano_usd: nanoUsd } = reserved;
  return { owner, turnId, atMs, max: { turns: 1, tokens, nanoUsd } };
}

/** Writes the request body of a question into a file, which a task of the workflow reads. */
export async function writeQuestion(
  { files }: StepPorts,
  document: Document,
  name: string,
  body: string,
): Promise<QuestionFiles> {
  const request = workName(document, `${name}.request.json`);
  await files.write(request, body);
  return {
    request: files.uri(request),
    answer: files.uri(workName(document, `${name}.answer.json`)),
  };
}

/** Returns the stored answer to a question, in the model's format; undefined if there is none. */
export async function readAnswerFile(
  { files }: StepPorts,
  document: Document,
  name: string,
): Promise<string | undefined> {
  const bytes = await files.read(workName(document, `${name}.answer.json`));
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** Returns the text of the answer to a question. Throws `model_error` if there is none. */
export async function readAnswer(
  ports: StepPorts,
  document: Document,
  name: string,
  modelId: string,
): Promise<string> {
  const json = await readAnswerFile(ports, document, name);
  if (json === undefined) throw new ChatError('model_error', 'The model returned no answer.');
  return readAnswerText(modelId, json);
}
