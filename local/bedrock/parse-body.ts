import { BedrockError } from '#local/bedrock/bedrock-error.ts';

/** The JSON of a request's body. Throws a SerializationException where it is none. */
export function parseBody(body: Buffer): unknown {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return parsed;
  } catch {
    throw new BedrockError('SerializationException', 'The request body is not valid JSON.');
  }
}
