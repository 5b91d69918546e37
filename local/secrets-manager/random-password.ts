import { createHmac, randomInt } from 'node:crypto';
import { boolean, integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import { invalidParameter } from '#local/secrets-manager/secret-errors.ts';

/** What a random password contains. Templates say the same under `GenerateSecretString`. */
export const passwordShape = structure(
  {},
  {
    PasswordLength: integer({ min: 1, max: 4096 }),
    ExcludeCharacters: string({ max: 4096 }),
    ExcludeNumbers: boolean,
    ExcludePunctuation: boolean,
    ExcludeUppercase: boolean,
    ExcludeLowercase: boolean,
    IncludeSpace: boolean,
    RequireEachIncludedType: boolean,
  },
);

export type PasswordRules = Shaped<typeof passwordShape>;

/** Returns a whole number from 0 up to, but not including, the limit. */
export type Choose = (limit: number) => number;

const lowercase = 'abcdefghijklmnopqrstuvwxyz';

const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Returns a password by the rules. Throws Secrets Manager's error for rules that exclude it. */
export function randomPassword(rules: PasswordRules, choose: Choose = randomInt): string {
  const { PasswordLength: length = 32, ExcludeCharacters: excluded = '' } = rules;
  const kinds = [
    rules.ExcludeLowercase === true ? '' : lowercase,
    rules.ExcludeUppercase === true ? '' : lowercase.toUpperCase(),
    rules.ExcludeNumbers === true ? '' : '0123456789',
    rules.ExcludePunctuation === true ? '' : punctuation,
    rules.IncludeSpace === true ? ' ' : '',
  ]
    .map((kind) => kind.split('').filter((character) => !excluded.includes(character)))
    .filter((kind) => kind.length > 0);
  const all = kinds.flat();
  if (all.length === 0) {
    throw invalidParameter(
      'The password length must be greater than zero, and at least one character type must be included.',
    );
  }
  const required = rules.RequireEachIncludedType === false ? [] : kinds;
  if (length < required.length) {
    throw invalidParameter('Password length is too short based on the required types.');
  }
  const pick = (from: readonly string[]): string => from[choose(from.length)] ?? '';
  const characters = required.map(pick);
  while (characters.length < length) characters.push(pick(all));
  return shuffle(characters, choose).join('');
}

/** Otherwise the required characters would always be the first ones. */
function shuffle(characters: readonly string[], choose: Choose): readonly string[] {
  const left = [...characters];
  return characters.flatMap(() => left.splice(choose(left.length), 1));
}

/** Returns choices that are the same for the same seed, which must be a secret. */
export function seededChoices(seed: string): Choose {
  let count = 0;
  return (limit) => {
    count += 1;
    return createHmac('sha256', seed).update(String(count)).digest().readUIntBE(0, 6) % limit;
  };
}
