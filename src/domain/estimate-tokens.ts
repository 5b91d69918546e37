import { messageText, type Message } from '#domain/message.ts';
import { estimated, type Usage } from '#domain/usage.ts';

/**
 * About how many tokens a text has, rather more than fewer: one for each character of scripts that
 * write whole words in few of them, one for about three letters elsewhere.
 */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) >= 0x2e80) wide += 1;
  return wide + Math.ceil((text.length - wide) / 3);
}

/** What a message adds beyond its words. */
const perMessage = 8;

export function estimateMessages(messages: readonly Message[]): number {
  return messages.reduce(
    (sum, message) => sum + perMessage + estimateTokens(messageText(message)),
    0,
  );
}

/** The usage of an answer that was not heard to its end. */
export function estimatedUsage(asked: readonly Message[], answer: Message): Usage {
  const inputTokens = estimateMessages(asked);
  const outputTokens = answer.content.reduce(
    (sum, block) => sum + estimateTokens('text' in block ? block.text : block.inputJson),
    0,
  );
  return estimated(inputTokens, outputTokens);
}
