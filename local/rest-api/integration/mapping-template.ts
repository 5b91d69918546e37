import { render } from 'velocityjs';

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

const util = {
  escapeJavaScript: (text: string) => JSON.stringify(text).slice(1, -1),
  parseJson: (text: string): unknown => JSON.parse(text),
  urlEncode: (text: string) => encodeURIComponent(text),
  urlDecode: (text: string) => decodeURIComponent(text),
  base64Encode: (text: string) => Buffer.from(text).toString('base64'),
  base64Decode: (text: string) => Buffer.from(text, 'base64').toString('utf8'),
};

/** Renders a mapping template in the Velocity language. */
export function renderTemplate(template: string, variables: TemplateVariables): string {
  return render(template, { ...variables, util });
}

/** Removes the quotes around a static value of a parameter mapping. */
export function unquote(value: string): string {
  return value.replace(/^'(.*)'$/su, '$1');
}
