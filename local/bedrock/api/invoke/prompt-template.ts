import { textMessage, type PlainTurnOptions } from '#local/bedrock/turn/plain-turn.ts';
import type { TurnMessage } from '#local/bedrock/turn/turn.ts';

/** The conversation in a prompt that is written in a model's own template. */
export type Conversation = Pick<PlainTurnOptions, 'system' | 'messages'>;

/**
 * Reads the conversation from a prompt in any of the templates of text models. The same question
 * then gets the same answer from every API. A prompt without a template is one user message.
 */
export function readPrompt(prompt: string): Conversation {
  const match = [readLlama, readMistral, readHuman, readDeepseek, readTitan]
    .map((read) => read(prompt))
    .find((conversation) => conversation !== undefined && conversation.messages.length > 0);
  return match ?? { messages: [textMessage('user', prompt)] };
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
    const [question, answer] = turn.split('[/INST]');
    return [
      ['user', question],
      ['assistant', answer?.replaceAll(/<\/?s>/gu, '')],
    ];
  });
  return conversationOf(parts);
};

const readHuman: Reader = (prompt) => {
  const form = /\n\n(Human|Assistant):([^]*?)(?=\n\n(?:Human|Assistant):|$)/gu;
  const turns = [...prompt.matchAll(form)].map(([, speaker, text]) => [
    speaker === 'Human' ? 'user' : 'assistant',
    text,
  ]);
  const before = prompt.slice(0, Math.max(0, prompt.indexOf('\n\nHuman:')));
  return conversationOf([['system', before], ...turns]);
};

const readDeepseek: Reader = (prompt) => {
  const form = /<｜(User|Assistant)｜>([^]*?)(?=<｜(?:User|Assistant|end▁of▁sentence)｜>|$)/gu;
  return conversationOf(
    [...prompt.matchAll(form)].map(([, speaker, text]) => [
      speaker === 'User' ? 'user' : 'assistant',
      text?.replace(/<think>\s*$/u, ''),
    ]),
  );
};

const readTitan: Reader = (prompt) => {
  const form = /(?:^|\n)(User|Bot):([^]*?)(?=\n(?:User|Bot):|$)/gu;
  return conversationOf(
    [...prompt.matchAll(form)].map(([, speaker, text]) => [
      speaker === 'User' ? 'user' : 'assistant',
      text,
    ]),
  );
};

/** Empty parts are dropped: a template ends with the model's turn, which is still empty. */
function conversationOf(
  parts: readonly (readonly (string | undefined)[])[],
): Conversation | undefined {
  const messages: TurnMessage[] = [];
  let system: string | undefined;
  for (const [role, part = ''] of parts) {
    const text = part.trim();
    if (text === '') continue;
    if (role === 'system') system = text;
    else messages.push(textMessage(role === 'user' ? 'user' : 'assistant', text));
  }
  return messages.length === 0 ? undefined : { system, messages };
}
