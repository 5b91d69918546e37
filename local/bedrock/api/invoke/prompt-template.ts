import { textMessage, type PlainTurnOptions } from '#local/bedrock/turn/plain-turn.ts';
import type { TurnMessage } from '#local/bedrock/turn/turn.ts';

/** What a prompt in a model's own template says: who said what. */
export type Conversation = Pick<PlainTurnOptions, 'system' | 'messages'>;

/**
 * Reads the templates in which text models take a conversation, so that the same question has the
 * same answer through every door; a prompt without one is what the user says.
 */
export function readPrompt(prompt: string): Conversation {
  const found = [readLlama, readMistral, readHuman, readDeepseek, readTitan]
    .map((read) => read(prompt))
    .find((conversation) => conversation !== undefined && conversation.messages.length > 0);
  return found ?? { messages: [textMessage('user', prompt)] };
}

type Reader = (prompt: string) => Conversation | undefined;

const readLlama: Reader = (prompt) => {
  const form =
    /<\|(?:start_header_id|header_start)\|>(system|user|assistant)<\|(?:end_header_id|header_end)\|>\s*([^]*?)(?=<\|eot(?:_id)?\|>|<\|(?:start_header_id|header_start)\|>|$)/gu;
  return conversationOf([...prompt.matchAll(form)].map(([, role, text]) => [role, text]));
};

const readMistral: Reader = (prompt) => {
  const [, ...turns] = prompt.split('[INST]');
  const parts = turns.flatMap((turn) => {
    const [asked, answered] = turn.split('[/INST]');
    return [
      ['user', asked],
      ['assistant', answered?.replaceAll(/<\/?s>/gu, '')],
    ];
  });
  return conversationOf(parts);
};

const readHuman: Reader = (prompt) => {
  const form = /\n\n(Human|Assistant):([^]*?)(?=\n\n(?:Human|Assistant):|$)/gu;
  const turns = [...prompt.matchAll(form)].map(([, who, text]) => [
    who === 'Human' ? 'user' : 'assistant',
    text,
  ]);
  const before = prompt.slice(0, Math.max(0, prompt.indexOf('\n\nHuman:')));
  return conversationOf([['system', before], ...turns]);
};

const readDeepseek: Reader = (prompt) => {
  const form = /<｜(User|Assistant)｜>([^]*?)(?=<｜(?:User|Assistant|end▁of▁sentence)｜>|$)/gu;
  return conversationOf(
    [...prompt.matchAll(form)].map(([, who, text]) => [
      who === 'User' ? 'user' : 'assistant',
      text?.replace(/<think>\s*$/u, ''),
    ]),
  );
};

const readTitan: Reader = (prompt) => {
  const form = /(?:^|\n)(User|Bot):([^]*?)(?=\n(?:User|Bot):|$)/gu;
  return conversationOf(
    [...prompt.matchAll(form)].map(([, who, text]) => [
      who === 'User' ? 'user' : 'assistant',
      text,
    ]),
  );
};

/** What is empty was not said: a template ends with the model's turn, still open. */
function conversationOf(
  parts: readonly (readonly (string | undefined)[])[],
): Conversation | undefined {
  const messages: TurnMessage[] = [];
  let system: string | undefined;
  for (const [role, text = ''] of parts) {
    const words = text.trim();
    if (words === '') continue;
    if (role === 'system') system = words;
    else messages.push(textMessage(role === 'user' ? 'user' : 'assistant', words));
  }
  return messages.length === 0 ? undefined : { system, messages };
}
