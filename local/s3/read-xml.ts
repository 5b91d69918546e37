import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { record, type Json } from '#local/template/json.ts';
import { AwsError } from '#local/wire/aws-error.ts';

/**
 * Returns the content of the root element of a body, as an object of texts. The elements in `lists`
 * are lists. Throws S3's error for malformed XML or another root.
 */
export function readRoot(body: Buffer, root: string, lists: readonly string[] = []): Json {
  const text = body.toString('utf8');
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    isArray: (tag) => lists.includes(tag),
  });
  const parsed = XMLValidator.validate(text) === true ? record(parser.parse(text)) : {};
  if (!Object.hasOwn(parsed, root)) throw malformedXml();
  return record(parsed[root]);
}

/** Returns the elements with a name under a root, as objects of texts. Throws for malformed XML. */
export function readElements(body: Buffer, root: string, name: string): readonly Json[] {
  const elements = readRoot(body, root, [name])[name];
  return Array.isArray(elements) ? elements.map(record) : [];
}

/** Returns S3's error for XML that it does not understand. */
export function malformedXml(): AwsError {
  const message =
    'The XML you provided was not well-formed or did not validate against our published schema';
  return new AwsError('MalformedXML', message);
}
