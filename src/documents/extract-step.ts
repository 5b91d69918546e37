import { maxSpending } from '#domain/spending/pricing.ts';
import { requestFor } from '#documents/model-answers.ts';
import { keywordsPrompt, notesPrompt, sentimentPrompt } from '#documents/prompts.ts';
import { readText } from '#documents/read-text.ts';
import { splitText } from '#documents/split-text.ts';
import {
  documentIn,
  writeQuestion,
  type AskedFile,
  type Extracted,
  type StepInput,
  type StepPolicy,
  type StepPorts,
} from '#documents/step.ts';
import { maxDocumentBytes, uploadName, type Document } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import { toEstimatedUsage, type Usage } from '#domain/conversation/usage.ts';

/** More parts than these are some thousand pages. */
const maxParts = 40;

/** How long the answers to each question may be, in tokens. */
export const answerTokens = { notes: 600, summary: 1_500, sentiment: 200, keywords: 400 } as const;

/** About how many tokens a prompt has beside the text. */
const promptTokens = 200;

export interface ExtractPolicy extends StepPolicy {
  /** The folder of what reading a PDF may need. */
  readonly fontMaps: string;
}

/**
 * Reads the words of a document, sets aside what its models may cost, and writes what they are to
 * be asked. Throws what is to be told to a person.
 */
export async function extractText(
  ports: StepPorts,
  policy: ExtractPolicy,
  input: StepInput,
): Promise<Extracted> {
  const document = await documentIn(ports, input);
  await ports.documents.change(document, { state: 'running' }, ['queued', 'awaiting_upload']);
  const { format } = document;
  const text = await readText({ bytes: await uploadOf(ports, document), format }, policy.fontMaps);
  const parts = document.kind === 'summary' ? splitText(text) : [];
  if (parts.length > maxParts) throw tooLarge();
  const atMs = ports.clock.now();
  const usage = usageAtMost(document, estimateTokens(text), parts.length);
  const max = maxSpending(ports.prices, [policy.documentModel], usage);
  const { owner, documentId } = document;
  await ports.ledger.reserve({ owner, turnId: documentId, atMs, max });
  const ask = ({ name, prompt, maxTokens }: Question): Promise<AskedFile> => {
    const body = requestFor(policy.documentModel, prompt, maxTokens);
    return writeQuestion(ports, document, { name, body });
  };
  const reserved = { at_ms: atMs, tokens: max.tokens, nano_usd: max.nanoUsd };
  if (document.kind === 'analysis') {
    const [sentiment, keywords] = await Promise.all([
      ask({
        name: 'sentiment',
        prompt: sentimentPrompt(text, document),
        maxTokens: answerTokens.sentiment,
      }),
      ask({
        name: 'keywords',
        prompt: keywordsPrompt(text, document),
        maxTokens: answerTokens.keywords,
      }),
    ]);
    return { ...input, reserved, sentiment, keywords, parts: [] };
  }
  const questions = parts.map((part, index) => {
    const prompt = notesPrompt(part, document);
    return ask({ name: `part-${index}`, prompt, maxTokens: answerTokens.notes });
  });
  return { ...input, reserved, parts: await Promise.all(questions) };
}

interface Question {
  readonly name: string;
  readonly prompt: string;
  readonly maxTokens: number;
}

async function uploadOf({ files }: StepPorts, document: Document): Promise<Uint8Array> {
  // Whoever has the address may have put something else there in the meantime.
  const bytes = await files.read(uploadName(document), maxDocumentBytes + 1);
  if (bytes === undefined) throw new ChatError('not_found', 'The document was not uploaded.');
  if (bytes.length > maxDocumentBytes) throw tooLarge();
  return bytes;
}

function tooLarge(): ChatError {
  const megabytes = maxDocumentBytes / 1_048_576;
  const limit = `at most ${megabytes} MB, and about 2.4 million characters`;
  return new ChatError('too_large', `The document is too large: ${limit}.`);
}

function usageAtMost({ kind }: Document, textTokens: number, parts: number): Usage {
  const { notes, summary, sentiment, keywords } = answerTokens;
  if (kind === 'analysis')
    return toEstimatedUsage(2 * (textTokens + promptTokens), sentiment + keywords);
  const input = textTokens + promptTokens * (parts + 1) + notes * parts;
  return toEstimatedUsage(input, notes * parts + summary);
}
