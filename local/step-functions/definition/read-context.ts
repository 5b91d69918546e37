import type { Machine, QueryLanguage } from '#local/step-functions/definition/definition.ts';
import type { Json } from '#local/template/json.ts';

/** Where in a valid definition a state is, and who is informed of what is not hosted. */
export interface ReadContext {
  /** The query language of the machine. */
  readonly language: QueryLanguage;
  /** Reports a part that is not hosted here, and so fails when it is reached. */
  notice(message: string): void;
  /** Reports a part without which the state would do something else. */
  refuse(message: string): void;
  /** Reads the machine in a part of the state, such as `Branches[0]`. */
  readMachine(definition: Json, part: string): Machine;
}
