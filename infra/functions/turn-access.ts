import type { AnswersBucket } from '#infra/storage/answers-bucket.ts';
import type { ConversationsTable } from '#infra/storage/conversations-table.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Where turns are stored. */
export interface TurnStorage {
  readonly table: ConversationsTable;
  readonly answers: AnswersBucket;
}

/** Allows a function to store turns, to follow them and to charge their owners. */
export function grantTurns({ table, answers }: TurnStorage, { role }: StreambedFunction): void {
  table.grantTurns(role);
  answers.grantAnswers(role);
}
