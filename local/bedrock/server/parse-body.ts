import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';

/** Deeper than any request is, and not so deep that reading it could fail. */
const deepest = 200;

/** The JSON of a request's body. Throws a SerializationException where it is none. */
export function parseBody(body: Buffer): unknown {
  const message = 'The request body is not valid JSON.';
  return parse(body, () => new BedrockError('SerializationException', message));
}

/** The JSON of a model's own body. Throws what InvokeModel says where it is none. */
export function parseNative(body: Buffer): unknown {
  return parse(body, () =>
    invalid('Malformed input request, please reformat your input and try again.'),
  );
}

function parse(body: Buffer, refuse: () => BedrockError): unknown {
  if (depthOf(body) > deepest) throw refuse();
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return parsed;
  } catch {
    throw refuse();
  }
}

/** How deep brackets are nested, outside of strings. */
function depthOf(body: Buffer): number {
  let [depth, most, isInside] = [0, 0, false];
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === backslash) at += 1;
    else if (byte === quote) isInside = !isInside;
    else if (isInside) continue;
    else if (byte === 0x5b || byte === 0x7b) most = Math.max(most, (depth += 1));
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return most;
}

const [quote, backslash] = [0x22, 0x5c];
