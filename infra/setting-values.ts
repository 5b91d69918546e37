import type { Node } from 'constructs';

/** Returns the text of a setting, or undefined if it is not given. */
export type ReadText = (name: string) => string | undefined;

export interface SettingReader {
  readonly text: ReadText;
  /** Throws an error that names a setting which nobody has read: it is misspelt. */
  assertNoOthers(): void;
}

/** Returns what reads settings from the CDK context (`-c name=value`). */
export function readTextFrom(node: Node): SettingReader {
  // What `npm run dev` and Amplify's sandbox set.
  const known = new Set(['bundles', 'secretLastUpdated']);
  return {
    text(name) {
      known.add(name);
      return node.tryGetContext(name)?.toString();
    },
    assertNoOthers() {
      const context: Readonly<Record<string, unknown>> = node.getAllContext();
      // The names of CDK itself and of its tools have other characters.
      const names = Object.keys(context).filter((name) => /^[a-z][A-Za-z\d]*$/u.test(name));
      const unknown = names.find((name) => !known.has(name));
      if (unknown === undefined) return;
      throw new Error(`${unknown}: there is no such setting; docs/deploy.md lists all of them`);
    },
  };
}

/** Parses a whole number above 0. Throws an error that names the setting. */
export function count(name: string, text: string): number {
  return within(name, text, { min: 1, expectation: 'a whole number above 0' });
}

/** The least and the greatest allowed number. */
export interface Bounds {
  readonly min: number;
  readonly max?: number;
  /** What the value must be, for the error. */
  readonly expectation?: string;
}

/** Parses a whole number within bounds. Throws an error that names the setting. */
export function within(
  name: string,
  text: string,
  { min, max = Infinity, expectation = `a whole number from ${min} to ${max}` }: Bounds,
): number {
  const value = /^\d+$/u.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name}: must be ${expectation}`);
}

/** Parses `true` or `false`. Throws an error that names the setting. */
export function flag(name: string, value = 'false'): boolean {
  return oneOf(name, value, ['true', 'false']) === 'true';
}

/** Parses one of a few words. Throws an error that names the setting. */
export function oneOf<const Word extends string>(
  name: string,
  value: string,
  words: readonly Word[],
): Word {
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw new Error(`${name}: must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
}

/** Parses a list that is separated by commas. Throws an error that names the setting. */
export function list(name: string, value: string): readonly string[] {
  const items = value.split(',').map((item) => item.trim());
  if (items.includes('')) throw new Error(`${name}: must be a list, separated by commas`);
  return items;
}

/** Parses numbers by name, `a=1,b=2`. Throws an error that names the setting. */
export function numbers(
  name: string,
  value: string | undefined,
  bounds: Bounds,
): Readonly<Record<string, number>> {
  if (value === undefined) return {};
  const pairs = list(name, value).map((item) => {
    const [, key, number] = /^(\w+)=(\d+)$/u.exec(item) ?? [];
    if (key === undefined || number === undefined) {
      throw new Error(`${name}: must be a list like ChatFunction=200,InvokeFunction=400`);
    }
    return [key, within(name, number, bounds)] as const;
  });
  return Object.fromEntries(pairs);
}

/** Parses a text of a certain form, if it is given. Throws an error that names the setting. */
export function matching(
  name: string,
  value: string | undefined,
  { pattern, expectation }: { readonly pattern: RegExp; readonly expectation: string },
): string | undefined {
  if (value === undefined || pattern.test(value)) return value;
  throw new Error(`${name}: ${expectation}`);
}

/**
 * Parses origins of pages. Cognito sends people back to them, and accepts plain HTTP only on the
 * same machine. Throws an error that names the setting.
 */
export function origins(name: string, value: string): readonly string[] {
  return list(name, value).map((item) => {
    if (isOrigin(item)) return item;
    throw new Error(
      `${name}: must be origins like https://chat.example.com or http://localhost:3000, not ${item}`,
    );
  });
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (/[^\w.[\]:-]/u.test(hostname)) return false;
  // The text must be what browsers send: without a path, a default port or capital letters.
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopback));
}

/** Throws an error that names the setting if one is given although what it belongs to is off. */
export function onlyWith(
  text: ReadText,
  { names, needed }: { readonly names: readonly string[]; readonly needed: string },
): void {
  const given = names.find((name) => text(name) !== undefined);
  if (given !== undefined) throw new Error(`${given}: has an effect only with ${needed}`);
}
