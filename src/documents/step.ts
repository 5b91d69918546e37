import { readWords } from '#documents/model-answers.ts';
import type { Clock } from '#domain/clock.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { workName, type Document, type Documents, type Files } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';
import type { Ledger, Reservation } from '#domain/spending/ledger.ts';

export interface StepPorts {
  readonly documents: Documents;
  readonly files: Files;
  readonly ledger: Ledger;
  readonly prices: Prices;
  readonly clock: Clock;
}

export interface StepPolicy {
  /** The model that reads documents. */
  readonly documentModel: string;
}

/** What a workflow is started with. Words of the document are in files, and never in here. */
export interface StepInput {
  readonly owner: string;
  readonly document_id: string;
}

/** A question for a model and where its answer goes, as the workflow's tasks are given them. */
export interface AskedFile {
  readonly request: string;
  readonly answer: string;
}

/** What goes from step to step once the words are read. */
export interface Extracted extends StepInput {
  readonly parts: readonly AskedFile[];
  readonly sentiment?: AskedFile;
  readonly keywords?: AskedFile;
  readonly reserved: { readonly at_ms: number; readonly tokens: number; readonly nano_usd: number };
}

/** The document that a step is about. Throws `not_found`. */
export async function documentIn({ documents }: StepPorts, input: StepInput): Promise<Document> {
  const document = await documents.find({ owner: input.owner, documentId: input.document_id });
  if (document === undefined) throw new ChatError('not_found', 'There is no such document.');
  return document;
}

/** What was set aside when the words were read. */
export function reservationIn({ owner, document_id: turnId, reserved }: Extracted): Reservation {
  const { at_ms: atMs, tokens, nano_usd: nanoUsd } = reserved;
  return { owner, turnId, atMs, max: { turns: 1, tokens, nanoUsd } };
}

/** Writes a question into a file, from where the workflow's task takes it. */
export async function writeQuestion(
  { files }: StepPorts,
  document: Document,
  { name, body }: { readonly name: string; readonly body: string },
): Promise<AskedFile> {
  const request = workName(document, `${name}.request.json`);
  await files.write(request, body);
  return {
    request: files.uri(request),
    answer: files.uri(workName(document, `${name}.answer.json`)),
  };
}

/** The answer that the workflow's task put into a file, in the model's format, where there is one. */
export async function answerFile(
  { files }: StepPorts,
  document: Document,
  name: string,
): Promise<string | undefined> {
  const bytes = await files.read(workName(document, `${name}.answer.json`));
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** The words of such an answer. Throws `model_error` where there are none. */
export async function answerTo(
  ports: StepPorts,
  document: Document,
  { name, modelId }: { readonly name: string; readonly modelId: string },
): Promise<string> {
  const json = await answerFile(ports, document, name);
  if (json === undefined) throw new ChatError('model_error', 'The model gave no answer.');
  return readWords(modelId, json);
}
