import { JSONPath } from 'jsonpath-plus';
import { renderVelocity } from '#local/rest-api/integration/velocity.ts';

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
  const at = (path: string): unknown => valueAt(body === '' ? {} : JSON.parse(body), path);
  return {
    body,
    params(name) {
      if (name === undefined) return parameters;
      const { path, querystring, header } = parameters;
      const own = [path, querystring].find((each) => Object.hasOwn(each, name));
      return own?.[name] ?? header[name.toLowerCase()] ?? '';
    },
    // A value that does not exist is an empty text.
    json(path) {
      const value = at(path);
      return JSON.stringify(value === undefined ? '' : value);
    },
    path: at,
  };
}

/** A path with a wildcard, a filter or `..` has a list of values, and any other has one. */
function valueAt(json: unknown, path: string): unknown {
  if (path === '$') return json;
  if (typeof json !== 'object' || json === null) return undefined;
  const found: unknown = JSONPath({ path, json, eval: 'safe', wrap: true });
  const values: readonly unknown[] = Array.isArray(found) ? found : [];
  const isList = /\*|\.\.|\?\(|\[[^'"\]]*[,:]/u.test(path);
  return isList ? values : values[0];
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
function escapeJavaScript(text: string): string {
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
