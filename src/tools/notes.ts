import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { notesKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { ChatError } from '#domain/errors.ts';
import type { OwnTool } from '#domain/model/tools.ts';
import { ownTool } from '#tools/own-tool.ts';

/** All notes are one item, which has room for these. */
const maxNotes = 100;
const maxCharacters = 1_000;

/** Notes that an owner has kept across conversations: one tool reads them, one adds to them. */
export function notes(table: Table): readonly OwnTool[] {
  return [readNotes(table), addNote(table)];
}

function readNotes(table: Table): OwnTool {
  return ownTool({
    name: 'read_notes',
    description: 'What the user asked to be remembered, in this or in earlier conversations.',
    writes: false,
    input: v.strictObject({}),
    run: async (_, { owner }) => {
      const kept = await notesOf(table, owner);
      // The newest first: of many a model is shown the first.
      const shown = kept.toReversed().map((note) => `- ${note}`);
      return shown.length === 0 ? 'Nothing was noted.' : shown.join('\n');
    },
  });
}

const note = v.pipe(
  v.string('must be a string'),
  v.regex(/\S/u, 'must not be blank'),
  v.maxLength(maxCharacters, `must be at most ${maxCharacters} characters`),
);

function addNote(table: Table): OwnTool {
  return ownTool({
    name: 'add_note',
    description: 'Remembers something for the user, in all conversations to come.',
    writes: true,
    input: v.strictObject({ note }),
    run: async (input, { owner }) => {
      const kept = await notesOf(table, owner);
      if (kept.length >= maxNotes) {
        throw new ChatError('too_large', `There are ${maxNotes} notes; there is no room for more.`);
      }
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: notesKey(owner),
          UpdateExpression: 'SET notes = list_append(if_not_exists(notes, :none), :more)',
          ExpressionAttributeValues: { ':none': [], ':more': [input.note] },
        }),
      );
      return 'Noted.';
    },
  });
}

async function notesOf({ client, tableName }: Table, owner: string): Promise<readonly string[]> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: notesKey(owner), ConsistentRead: true }),
  );
  const kept: unknown = Item?.['notes'];
  return Array.isArray(kept) ? kept.map(String) : [];
}
