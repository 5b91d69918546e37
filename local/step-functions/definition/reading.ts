import type { Machine, QueryLanguage } from '#local/step-functions/definition/definition.ts';
import type { Json } from '#local/template/json.ts';

/** A definition, or a part of it, while it is read. */
export interface Reading {
  /** The path to what is read: `/States/Ask`. */
  readonly place: string;
  /** The query language of what is around it. */
  readonly language: QueryLanguage;
  problem(place: string, words: string): void;
  /** Told of what is right, and fails here when it is reached. */
  notice(place: string, words: string): void;
  /** Reads the machine inside a Map or a Parallel state. */
  machine(definition: Json, reading: Reading): Machine;
}

/** The query language that is given, or else that of what is around. */
export function languageOf(
  given: unknown,
  inherited: QueryLanguage,
  problem: (words: string) => void,
): QueryLanguage {
  if (given === undefined) return inherited;
  if (given === 'JSONPath' || given === 'JSONata') return given;
  problem('QueryLanguage: must be JSONPath or JSONata');
  return inherited;
}
