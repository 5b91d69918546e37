import { maxSpending } from '#domain/spending/pricing.ts';
import { toRequestBody } from '#documents/model-answers.ts';
import { keywordsPrompt, notesPrompt, sentimentPrompt } from '#documents/prompts.ts';
import { maxParts, tooLarge } from '#documents/reading/limits.ts';
import { readApart, type ReadingLimits } from '#documents/reading/read-apart.ts';
import { splitText } from '#documents/split-text.ts';
import {
  requireDocument,
  writeQuestion,
  type QuestionFiles,
  type ExtractOutput,
  type StepInput,
  type StepPolicy,
  type StepPorts,
} from '#documents/step.ts';
import { maxDocumentBytes, uploadName, type Document } from '#domain/document/document.ts';
import { documentError } from '#domain/document/document-failure.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import { toEstimatedUsage, type Usage } from '#domain/conversation/usage.ts';

/** The maximum length of the answer to each question, in tokens. */
export const answerTokens = { notes: 600, summary: 1_500, sentiment: 200, keywords: 400 } as const;

/** The approximate length of a prompt without the text, in tokens. */
const promptTokens = 200;

/** The settings of the extract step. */
export interface ExtractPolicy extends StepPolicy {
  /** The folder of the font maps that a PDF may need. */
  readonly fontMaps: string;
  readonly reading: ReadingLimits;
}

/**
 * Extracts the text of a document, reserves the spending of its model calls, and writes the
 * questions for the model. Throws a `ChatError` with a message for people.
 */
export async function extractText(
  ports: StepPorts,
  policy: ExtractPolicy,
  input: StepInput,
): Promise<ExtractOutput> {
  const key = { owner: input.owner, documentId: input.document_id };
  await ports.documents.change(key, { state: 'running' }, ['queued', 'awaiting_upload']);
  // Read after the change: a document that was deleted before it is not found, and has no work files.
  const document = await requireDocument(ports, input);
  const { format } = document;
  const bytes = await readUpload(ports, document);
  const text = await readApart({ bytes, format, fontMaps: policy.fontMaps }, policy.reading);
  const parts = document.kind === 'summary' ? splitText(text) : [];
  if (parts.length > maxParts) throw tooLarge();
  const atMs = ports.clock.now();
  const usage = maxUsage(document, estimateTokens(text), parts.length);
  const max = maxSpending(ports.prices, [policy.documentModel], usage);
  const { owner, documentId } = document;
  await ports.ledger.reserve({ owner, turnId: documentId, atMs, max });
  const write = ({ name, prompt, maxTokens }: Question): Promise<QuestionFiles> => {
    const body = toRequestBody(policy.documentModel, prompt, maxTokens);
    return writeQuestion(ports, document, name, body);
  };
  const reserved = { at_ms: atMs, tokens: max.tokens, nano_usd: max.nanoUsd };
  if (document.kind === 'analysis') {
    const [sentiment, keywords] = await Promise.all([
      write({
        name: 'sentiment',
        prompt: sentimentPrompt(text, document),
        maxTokens: answerTokens.sentiment,
      }),
      write({
        name: 'keywords',
        prompt: keywordsPrompt(text, document),
        maxTokens: answerTokens.keywords,
      }),
    ]);
    return { ...input, reserved, sentiment, keywords, parts: [] };
  }
  const questions = parts.map((part, index) => {
    const prompt = notesPrompt(part, document);
    return write({ name: `part-${index}`, prompt, maxTokens: answerTokens.notes });
  });
  return { ...input, reserved, parts: await Promise.all(questions) };
}

interface Question {
  readonly name: string;
  readonly prompt: string;
  readonly maxTokens: number;
}

async function readUpload({ files }: StepPorts, document: Document): Promise<Uint8Array> {
  // A file that was too large is deleted, and its upload URL then accepts another.
  const bytes = await files.read(uploadName(document), maxDocumentBytes + 1);
  if (bytes === undefined) throw documentError('not_uploaded');
  if (bytes.length > maxDocumentBytes) throw tooLarge();
  return bytes;
}

/** Returns the maximum usage of all questions about a document. */
function maxUsage({ kind }: Document, textTokens: number, parts: number): Usage {
  const { notes, summary, sentiment, keywords } = answerTokens;
  if (kind === 'analysis')
    return toEstimatedUsage(2 * (textTokens + promptTokens), sentiment + keywords);
  const input = textTokens + promptTokens * (parts + 1) + notes * parts;
  return toEstimatedUsage(input, notes * parts + summary);
}
