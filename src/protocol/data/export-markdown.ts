import { messageText } from '#domain/conversation/message.ts';
import type { Feedback } from '#domain/conversation/turn.ts';
import type { ExportEntry } from '#domain/data/export-entries.ts';
import { toAttachmentsJson } from '#protocol/conversation/attachment-json.ts';
import { toTurnSections } from '#protocol/data/conversation-markdown.ts';
import {
  conversationsIn,
  type ConversationInPart,
  type ExportPart,
  type TurnInPart,
} from '#protocol/data/export-json.ts';
import { toTime } from '#protocol/http/time.ts';
import { toDayJson } from '#protocol/spending/spending-json.ts';

/** Returns a part of an export as Markdown, for people to read. */
export function toExportMarkdown({ number, atMs, entries }: ExportPart): string {
  const title = [`# Your data, part ${number}`, `Exported ${toTime(atMs)}.`];
  const conversations = conversationsIn(entries).flatMap(conversationLines);
  const sections = [...title, ...conversations, ...entries.flatMap(toSection)];
  return `${sections.join('\n\n')}\n`;
}

/** Answers have headings of their own, so a line marks where something else begins. */
function heading(title: string): readonly string[] {
  return ['---', `# ${title}`];
}

function conversationLines({ conversation, turns }: ConversationInPart): readonly string[] {
  const { title, createdAtMs, settings } = conversation;
  const chosen = settings === undefined ? [] : [fence('json', JSON.stringify(settings))];
  const begun = `Begun ${toTime(createdAtMs)}.`;
  return [...heading(title), begun, ...chosen, ...turns.flatMap(turnLines)];
}

function turnLines({ turn }: TurnInPart): readonly string[] {
  const { startedAtMs, question } = turn;
  const asked = {
    created_at: toTime(startedAtMs),
    message: messageText(question),
    ...toAttachmentsJson(question),
  };
  if (!('state' in turn)) return toTurnSections({ ...asked, state: 'running', response: '' });
  const { state, answer } = turn;
  const sections = toTurnSections({ ...asked, state, response: messageText(answer) });
  return [...sections, ...feedbackLines(turn.feedback)];
}

function feedbackLines(feedback: Feedback | undefined): readonly string[] {
  if (feedback === undefined) return [];
  const { rating, comment } = feedback;
  return [
    `_Rated ${rating}._`,
    ...(comment === undefined ? [] : [`> ${comment.replaceAll('\n', '\n> ')}`]),
  ];
}

function toSection(entry: ExportEntry): readonly string[] {
  switch (entry.type) {
    case 'conversation':
    case 'turn':
      return [];
    case 'attachment': {
      const { name, size } = entry.file.attachment;
      return [...heading(`File: ${name}`), `${size} bytes. The JSON document has the file itself.`];
    }
    case 'task': {
      const { taskId, state, createdAtMs, request, error } = entry.task;
      const failure = error === undefined ? [] : [error.message];
      return [
        ...heading(`Task ${taskId}`),
        `Submitted ${toTime(createdAtMs)}, ${state}.`,
        fence('json', request),
        ...failure,
      ];
    }
    case 'document': {
      const { kind, name, createdAtMs, state, result, error } = entry.document;
      const failure = error === undefined ? [] : [error.message];
      const title = kind === 'summary' ? 'Document' : 'Analysis';
      const output = result === undefined ? [] : [fence('json', result)];
      const added = `Added ${toTime(createdAtMs)}, ${state.replace('_', ' ')}.`;
      return [...heading(`${title}: ${name}`), added, ...output, ...failure];
    }
    case 'session': {
      const lines = entry.messages.flatMap((message) => {
        return [message.role === 'user' ? '**You**:' : '**Assistant**:', messageText(message)];
      });
      return [...heading(`Session ${entry.sessionId}`), ...lines];
    }
    case 'notes':
      return [...heading('Notes'), entry.notes.map((note) => `- ${note}`).join('\n')];
    case 'spending': {
      const { date, turns, tokens, cost_usd: usd } = toDayJson(entry.day);
      return [`Spending on ${date}: ${turns} requests, ${tokens} tokens, $${usd}.`];
    }
  }
}

/** Returns a block of code. Its fence is longer than any in the text. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}
