import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerFollow } from '#api/turn/answer-follow.ts';
import { readStoreEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';

/** `GET /conversations/{id}/stream`: the rest of a turn, live or ended. */
export function openConversationStream(variables: Variables, table: Table): Answer {
  const storage = createConversationStorage(table, readStoreEnvironment(variables));
  const ports = { ...storage, clock: systemClock };
  return (request, invocation) => answerFollow(ports, request, invocation);
}
