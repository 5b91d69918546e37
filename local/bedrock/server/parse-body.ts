import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { parseExactJson } from '#local/wire/json/exact-json.ts';

/** Deeper than any real request, but shallow enough that parsing cannot overflow the stack. */
const maxDepth = 200;

/** Parses the JSON body of a request. Throws a SerializationException if it is not valid JSON. */
export function parseBody(body: Buffer): unknown {
  const message = 'The request body is not valid JSON.';
  return parse(body, () => new BedrockError('SerializationException', message));
}

/** Parses a body in a model's native format. Throws InvokeModel's error if it is not valid JSON. */
export function parseNative(body: Buffer): unknown {
  return parse(body, () =>
    invalid('Malformed input request, please reformat your input and try again.'),
  );
}

function parse(body: Buffer, toError: () => BedrockError): unknown {
  if (depthOf(body) > maxDepth) throw toError();
  try {
    return parseExactJson(body.toString('utf8'));
  } catch {
    throw toError();
  }
}

/** Returns how deeply brackets are nested, ignoring strings. */
function depthOf(body: Buffer): number {
  let [depth, deepest, isString] = [0, 0, false];
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === backslash) at += 1;
    else if (byte === quote) isString = !isString;
    else if (isString) continue;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, (depth += 1));
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return deepest;
}

const [quote, backslash] = [0x22, 0x5c];
