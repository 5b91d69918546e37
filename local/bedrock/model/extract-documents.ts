import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { separators } from '#local/bedrock/turn/place-citations.ts';
import type { DocumentBlock, ModelTurn, TurnBlock } from '#local/bedrock/turn/turn.ts';
import { extractDocumentText, extractPages } from '#local/process/reading/document-text.ts';

/** Returns the turn with the text of its documents filled in. Throws if one cannot be read. */
export async function extractDocuments(turn: ModelTurn): Promise<ModelTurn> {
  if (!turn.messages.some(({ content }) => content.some(containsDocument))) return turn;
  const messages = turn.messages.map(async (message) => ({
    ...message,
    content: await Promise.all(message.content.map(extract)),
  }));
  return { ...turn, messages: await Promise.all(messages) };
}

function containsDocument(block: TurnBlock): boolean {
  if (block.type === 'tool-result') return block.content.some(containsDocument);
  return block.type === 'document';
}

async function extract(block: TurnBlock): Promise<TurnBlock> {
  if (block.type === 'tool-result') {
    return { ...block, content: await Promise.all(block.content.map(extract)) };
  }
  if (block.type !== 'document') return block;
  try {
    return await readText(block);
  } catch (error) {
    const message = `The document ${block.name} could not be read as ${block.format}.`;
    throw Object.assign(invalid(message), { cause: error });
  }
}

/** Documents of blocks have their text already. */
async function readText(block: DocumentBlock): Promise<DocumentBlock> {
  if (block.parts !== undefined) return { ...block, text: block.parts.join(separators.block) };
  if (block.format !== 'pdf') {
    return { ...block, text: await extractDocumentText(block.bytes, block.format) };
  }
  const parts = await extractPages(block.bytes);
  return { ...block, parts, text: parts.join(separators.page) };
}
