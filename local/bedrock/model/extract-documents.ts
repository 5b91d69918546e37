import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelTurn, TurnBlock } from '#local/bedrock/turn/turn.ts';
import { extractDocumentText } from '#local/process/document-text.ts';

/** The turn with the words of its documents read. Throws for a document that cannot be read. */
export async function extractDocuments(turn: ModelTurn): Promise<ModelTurn> {
  if (!turn.messages.some(({ content }) => content.some(holdsDocument))) return turn;
  const messages = turn.messages.map(async (message) => ({
    ...message,
    content: await Promise.all(message.content.map(extract)),
  }));
  return { ...turn, messages: await Promise.all(messages) };
}

function holdsDocument(block: TurnBlock): boolean {
  if (block.type === 'tool-result') return block.content.some(holdsDocument);
  return block.type === 'document';
}

async function extract(block: TurnBlock): Promise<TurnBlock> {
  if (block.type === 'tool-result') {
    return { ...block, content: await Promise.all(block.content.map(extract)) };
  }
  if (block.type !== 'document') return block;
  try {
    return { ...block, text: await extractDocumentText(block.bytes, block.format) };
  } catch (error) {
    const message = `The document ${block.name} could not be read as ${block.format}.`;
    throw Object.assign(invalid(message), { cause: error });
  }
}
