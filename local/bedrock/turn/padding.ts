import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const paddings = Array.from({ length: 60 }, (_, index) => alphabet.slice(0, 2 + index));

/**
 * Returns a function that generates the `p` member of Bedrock's events. It hides the length of a
 * token: it is a prefix of the alphabet, 2 to 61 characters long. The same turn always gets the
 * same lengths. Without padding, the function returns undefined.
 */
export function paddingFor(turn: ModelTurn, padsEvents: boolean): () => string | undefined {
  if (!padsEvents) return () => undefined;
  const random = seededRandom(`${turn.model.id} ${lastUserText(turn)}`);
  return () => paddings[random() % paddings.length];
}
