import { isRecord } from '#local/shape.ts';

/** What a template's references stand for. */
export interface Scope {
  /** The value of `Ref` to a parameter, pseudo parameter or resource. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
  /** The value that another stack exports under a name. */
  importValue(name: string): unknown;
}

/** `Ref: AWS::NoValue`: the property it is the value of is left out. */
export const noValue = Symbol('AWS::NoValue');

/**
 * A template value with every intrinsic function carried out, as CloudFormation does it. Throws
 * an error that names the function where its arguments are not of its form.
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== noValue);
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const [name, argument] = only;
    if (name === 'Ref') return scope.ref(asText(name, argument));
    if (name === 'Condition' && typeof argument === 'string') return scope.condition(argument);
    if (name.startsWith('Fn::')) return call(name, argument, scope);
  }
  const resolved = entries.map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== noValue));
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  if (name === 'Fn::If') {
    const [condition, whenTrue, whenFalse] = asList(name, argument);
    return resolve(scope.condition(asText(name, condition)) ? whenTrue : whenFalse, scope);
  }
  if (name === 'Fn::Sub') return substitute(argument, scope);
  const value = resolve(argument, scope);
  switch (name) {
    case 'Fn::GetAtt': {
      const path = typeof value === 'string' ? value.split('.') : asList(name, value);
      const [logicalId, ...attribute] = path.map((part) => asText(name, part));
      return scope.attribute(asText(name, logicalId), attribute.join('.'));
    }
    case 'Fn::ImportValue':
      return scope.importValue(asText(name, value));
    case 'Fn::FindInMap': {
      const [map, first, second] = asList(name, value).map((part) => asText(name, part));
      return scope.mapping(asText(name, map), asText(name, first), asText(name, second));
    }
    default:
      return compute(name, value);
  }
}

/** The functions that need nothing but their arguments. */
function compute(name: string, value: unknown): unknown {
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = asList(name, value);
      const texts = asList(name, parts).map((part) => asText(name, part));
      return texts.join(asText(name, separator));
    }
    case 'Fn::Select': {
      const [index, items] = asList(name, value);
      return asList(name, items)[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, text] = asList(name, value);
      return asText(name, text).split(asText(name, separator));
    }
    case 'Fn::Equals': {
      const [left, right] = asList(name, value);
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::And':
      return asList(name, value).every((item) => item === true);
    case 'Fn::Or':
      return asList(name, value).some((item) => item === true);
    case 'Fn::Not':
      return asList(name, value)[0] !== true;
    case 'Fn::Base64':
      return Buffer.from(asText(name, value)).toString('base64');
    case 'Fn::Length':
      return asList(name, value).length;
    case 'Fn::ToJsonString':
      return JSON.stringify(value);
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${asText(name, value)}${zone}`);
    default:
      throw new Error(`${name} is not an intrinsic function that is known here`);
  }
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] =
    typeof argument === 'string' ? [argument] : asList('Fn::Sub', argument);
  const own = isRecord(variables) ? variables : {};
  return asText('Fn::Sub', template).replaceAll(
    /\$\{(!?)([^}]+)\}/gu,
    (_, literal, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (Object.hasOwn(own, name)) return asText('Fn::Sub', resolve(own[name], scope));
      const [logicalId = '', ...attribute] = name.trim().split('.');
      const value =
        attribute.length === 0
          ? scope.ref(logicalId)
          : scope.attribute(logicalId, attribute.join('.'));
      return asText('Fn::Sub', value);
    },
  );
}

function asList(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${name} needs a list, not ${JSON.stringify(value)}`);
}

function asText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${name} needs a string, not ${JSON.stringify(value)}`);
}
