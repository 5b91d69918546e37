import * as v from 'valibot';
import { notesKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { ChatError } from '#domain/errors.ts';
import type { OwnTool } from '#domain/model/tools.ts';
import { ownTool } from '#tools/own-tool.ts';

/** All notes of an owner are in one item, so their number and length are limited. */
const maxNotes = 100;
const maxCharacters = 1_000;

/** Returns the tools that read and add notes, which an owner keeps across conversations. */
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
      const stored = await readStoredNotes(table, owner);
      // The newest first, because a long result is cut at its end.
      const lines = stored.toReversed().map((note) => `- ${note}`);
      return lines.length === 0 ? 'There are no notes.' : lines.join('\n');
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
      const stored = await readStoredNotes(table, owner);
      if (stored.length >= maxNotes) {
        throw new ChatError(
          'too_large',
          `There are already ${maxNotes} notes, which is the maximum.`,
        );
      }
      await table.update({
        Key: notesKey(owner),
        UpdateExpression: 'SET notes = list_append(if_not_exists(notes, :none), :more)',
        ExpressionAttributeValues: { ':none': [], ':more': [input.note] },
      });
      return 'Noted.';
    },
  });
}

async function readStoredNotes(table: Table, owner: string): Promise<readonly string[]> {
  const item = await table.get({ Key: notesKey(owner), ConsistentRead: true });
  const stored: unknown = item?.['notes'];
  return Array.isArray(stored) ? stored.map(String) : [];
}
