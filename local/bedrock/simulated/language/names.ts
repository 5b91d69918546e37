/** Returns the names in a text: quotations, and capitalised words that do not begin a sentence. */
export function findNames(text: string): readonly string[] {
  const quotations = [...text.matchAll(/[「『"“]([^」』"”]{1,40})[」』"”]/gu)].map(
    ([, name = '']) => name,
  );
  const western =
    text.match(
      /(?:(?<=[\p{Ll}\p{N},:]\s)\p{Lu}\p{L}+(?:\s\p{Lu}\p{L}+)*|(?<=(?:^|[.!?]\s))\p{Lu}\p{Ll}+\s\p{Lu}\p{Ll}+)/gu,
    ) ?? [];
  const japanese = [
    ...text.matchAll(
      /(?<![\p{Script=Han}\p{Script=Katakana}ー])([\p{Script=Han}\p{Script=Katakana}ー]{2,20})の/gu,
    ),
  ].map(([, name = '']) => name);
  return [...new Set([...quotations, ...western, ...japanese])];
}

/** Returns the name by which the user introduces themselves in a message. */
export function findUserName(message: string): string | undefined {
  const [, western, eastern] = introduction.exec(message) ?? [];
  return western ?? eastern;
}

/** "Call me at" is followed by a time or a telephone number, not by a name. */
const introduction =
  /(?:my name is|i am called|i'm called|call me(?!\s+(?:at|on|in|by|if|when|back|later|again|now|a|an|the|today|tomorrow)\b))\s+([\p{L}'-]{1,40})|(?:私の名前は|私は)([\p{L}ー]{1,20}?)(?:です|と申します|といいます)/iu;
