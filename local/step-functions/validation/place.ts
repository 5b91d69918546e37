import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import type { Json } from '#local/template/json.ts';
import type { Diagnostic, DiagnosticCode } from '#local/step-functions/definition/diagnostics.ts';

export type MachineType = 'STANDARD' | 'EXPRESS';

/** What is known of the whole machine while its parts are checked. */
export interface CheckedMachine {
  readonly language: QueryLanguage;
  readonly stateNames: Set<string>;
  readonly labels: Set<string>;
  readonly diagnostics: Diagnostic[];
  /** Checks the states of a part that has states of its own, such as a branch. */
  checkStates(definition: Json, place: Place): void;
}

/** A value of a definition that is checked, or a part of one. */
export interface Place {
  /** The path, such as `/States/Ask/Retry[0]`; empty for the whole definition. */
  readonly location: string;
  /** The query language of the state. */
  readonly language: QueryLanguage;
  /** Whether fields of both languages are accepted, as the language itself is refused already. */
  readonly isMixed: boolean;
  /** The members of `$states` that exist here, in addition to `input` and `context`. */
  readonly members: readonly string[];
  /** The type of the executions that run this part. */
  readonly type: MachineType;
  readonly machine: CheckedMachine;
}

/** Checks a value, and reports what is wrong with it. */
export type Check = (value: unknown, place: Place) => void;

/** Returns the place of a member. */
export function member(place: Place, name: string): Place {
  return { ...place, location: `${place.location}/${name}` };
}

/** Returns the place of an item of an array. */
export function item(place: Place, index: number): Place {
  return { ...place, location: `${place.location}[${index}]` };
}

/** Reports an error at a place. The location of the whole definition is `/`. */
export function report(
  { location, machine }: Pick<Place, 'location' | 'machine'>,
  message: string,
  code: DiagnosticCode = 'SCHEMA_VALIDATION_FAILED',
): void {
  machine.diagnostics.push({ severity: 'ERROR', code, message, location: location || '/' });
}
