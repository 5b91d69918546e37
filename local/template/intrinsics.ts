import { isRecord } from '#local/wire/shape.ts';

/** Returns the values of a template's references. */
export interface Scope {
  /** Returns the value of `Ref` to a parameter, pseudo parameter or resource. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  /** Returns undefined if the mapping has no such keys. */
  mapping(map: string, first: string, second: string): unknown;
  /** Returns the value that another stack exports under a name. */
  importValue(name: string): unknown;
  /** Returns a value with its dynamic references looked up; `place` is where the value is. */
  lookUp(value: unknown, place: string): unknown;
}

/** The value of `Ref: AWS::NoValue`. A property with this value is left out. */
export const noValue = Symbol('AWS::NoValue');

/**
 * Returns a template value with every intrinsic function evaluated, as CloudFormation does it.
 * Throws an error that names a function whose arguments are invalid.
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
    case 'Fn::FindInMap':
      return findInMap(asList(name, value), scope);
    default:
      return compute(name, value);
  }
}

function findInMap([map, first, second, options]: readonly unknown[], scope: Scope): unknown {
  const keys = [map, first, second].map((part) => asText('Fn::FindInMap', part));
  const [mapName = '', firstKey = '', secondKey = ''] = keys;
  const value = scope.mapping(mapName, firstKey, secondKey);
  if (value !== undefined) return value;
  if (isRecord(options) && 'DefaultValue' in options) return options['DefaultValue'];
  throw new Error(`There is no mapping ${keys.join('.')}`);
}

/** Evaluates the functions that only depend on their arguments. */
function compute(name: string, value: unknown): unknown {
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = asList(name, value);
      const texts = asList(name, parts).map((part) => asText(name, part));
      return texts.join(asText(name, separator));
    }
    case 'Fn::Select': {
      const [index, items] = asList(name, value);
      const item = asList(name, items)[Number(index)];
      if (item === undefined) throw new Error(`${name}: there is no item ${String(index)}`);
      return item;
    }
    case 'Fn::Split': {
      const [separator, text] = asList(name, value);
      return asText(name, text).split(asText(name, separator));
    }
    case 'Fn::Equals': {
      const [left, right] = asList(name, value);
      return JSON.stringify(comparable(left)) === JSON.stringify(comparable(right));
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
    case 'Fn::Cidr':
      return cidrBlocks(asList(name, value));
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${asText(name, value) || 'us-east-1'}${zone}`);
    default:
      throw new Error(`${name} is not a supported intrinsic function`);
  }
}

/** Strings, numbers and booleans are compared as strings. */
function comparable(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** Returns `count` IPv4 blocks, each of 2 to the power of `bits` addresses, from one block. */
function cidrBlocks([block, count, bits]: readonly unknown[]): readonly string[] {
  const [, a, b, c, d] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/\d+$/u.exec(String(block)) ?? [];
  if (d === undefined) throw new Error(`Fn::Cidr needs an IPv4 block, not ${String(block)}`);
  const start = [a, b, c, d].reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** Number(bits);
  return Array.from({ length: Number(count) }, (_, index) => {
    const first = start + index * size;
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
    return `${parts.join('.')}/${32 - Number(bits)}`;
  });
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] =
    typeof argument === 'string' ? [argument] : asList('Fn::Sub', argument);
  const own = isRecord(variables) ? variables : {};
  return asText('Fn::Sub', template).replaceAll(/\$\{(!?)([^}]+)\}/gu, (_, mark, name: string) => {
    if (mark === '!') return `\${${name}}`;
    if (Object.hasOwn(own, name)) return asText('Fn::Sub', resolve(own[name], scope));
    const [logicalId = '', ...attribute] = name.trim().split('.');
    const value =
      attribute.length === 0
        ? scope.ref(logicalId)
        : scope.attribute(logicalId, attribute.join('.'));
    return asText('Fn::Sub', value);
  });
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
