import { valueAt } from '#local/rest-api/integration/json-path.ts';
import { renderVelocity } from '#local/rest-api/integration/velocity.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { parseStateJson, toPlainNumbers } from '#local/step-functions/expressions/state-json.ts';

/** The variables of a mapping template, without their `$`. */
export interface TemplateVariables {
  readonly context?: Readonly<Record<string, unknown>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly input?: TemplateInput;
}

export interface TemplateInput {
  readonly body: string;
  params(name?: string): unknown;
  json(path: string): string;
  path(path: string): unknown;
}

/** The parameters of a request, by where they are. */
export interface RequestParameters {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, unknown>>;
}

/** Returns `$input` for a request. */
export function templateInput(body: string, parameters: RequestParameters): TemplateInput {
  const at = (path: string): unknown => valueAt(parseBody(body), path);
  return {
    body,
    params(name) {
      if (name === undefined) return parameters;
      const { path, querystring, header } = parameters;
      const own = [path, querystring].find((each) => Object.hasOwn(each, name));
      const spelling = Object.keys(header).find(
        (each) => each.toLowerCase() === name.toLowerCase(),
      );
      return own?.[name] ?? header[spelling ?? ''] ?? '';
    },
    // A value that does not exist is an empty text. Numbers stay as they were written.
    json(path) {
      const value = at(path);
      return JSON.stringify(value === undefined ? '' : value);
    },
    path: (path) => toPlainNumbers(at(path)),
  };
}

/** Thrown if a template reads from a body that is not JSON. */
export class BodyError extends Error {}

/** Returns the value of a body. A text that does not look like JSON stands for itself. */
export function parseBody(body: string): unknown {
  if (body === '') return {};
  try {
    return parseStateJson(body);
  } catch {
    if (!/^\s*[[{"']/u.test(body)) return body;
    throw new BodyError('The body is not JSON.');
  }
}

const util = {
  escapeJavaScript,
  parseJson: (text: string): unknown => JSON.parse(text),
  // As for the fields of a form.
  urlEncode: (text: string) => new URLSearchParams([['', text]]).toString().slice(1),
  urlDecode: (text: string) => decodeURIComponent(text.replaceAll('+', ' ')),
  base64Encode: (text: string) => Buffer.from(text).toString('base64'),
  base64Decode: (text: string) => Buffer.from(text, 'base64').toString('utf8'),
};

const escapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

/** Escapes a text for a script, also its single quotes, slashes and what is not ASCII. */
function escapeJavaScript(value: unknown): string {
  const text = asText(value) ?? (isRecord(value) ? JSON.stringify(value) : '');
  return text.replaceAll(/['"\\/]/gu, String.raw`\$&`).replaceAll(/[^ -~]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return escapes[unit] ?? `\\u${code}`;
  });
}

/** Renders a mapping template in the Velocity language. */
export function renderTemplate(template: string, variables: TemplateVariables): string {
  return renderVelocity(template, { ...variables, util });
}

/** Removes the quotes around a static value of a parameter mapping. */
export function unquote(value: string): string {
  return value.replace(/^'(.*)'$/su, '$1');
}
