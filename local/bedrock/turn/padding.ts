import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * The `p` of Bedrock's events, which hides how long a token is: a prefix of the alphabet, 2 to 61
 * characters long. The same turn has the same lengths; without padding it is left out.
 */
export function paddingFor(turn: ModelTurn, padsEvents: boolean): () => string | undefined {
  if (!padsEvents) return () => undefined;
  const random = seededRandom(`${turn.model.id} ${lastUserText(turn)}`);
  return () => alphabet.slice(0, 2 + (random() % 60));
}
