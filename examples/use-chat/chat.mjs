import { AbstractChat, DefaultChatTransport } from 'ai';
import { relay } from './relay.mjs';

if (!process.env.STREAMBED_API || !process.env.STREAMBED_KEY) {
  console.error('STREAMBED_API and STREAMBED_KEY are not set. Run: eval "$(npm run -s urls)"');
  process.exit(1);
}

/** `useChat` without React: the same chat, with its state in plain properties. */
class Chat extends AbstractChat {
  constructor({ onChange, ...init }) {
    const state = {
      status: 'ready',
      error: undefined,
      messages: [],
      pushMessage: (message) => state.messages.push(message),
      popMessage: () => state.messages.pop(),
      replaceMessage(index, message) {
        state.messages[index] = message;
        onChange(message);
      },
      snapshot: (value) => structuredClone(value),
    };
    super({ ...init, state });
  }
}

const textOf = ({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

let printed = 0;
const chat = new Chat({
  id: crypto.randomUUID(),
  transport: new DefaultChatTransport({
    api: 'http://localhost/api/chat',
    // Calls the route handler directly, so that this script needs no web server.
    fetch: (url, init) => relay(new Request(url, init)),
  }),
  onChange(message) {
    process.stdout.write(textOf(message).slice(printed));
    printed = textOf(message).length;
  },
});

for (const text of ['My name is Ada', 'What is my name?']) {
  console.log(`\n> ${text}`);
  printed = 0;
  await chat.sendMessage({ text });
  console.log();
  // As with `useChat`, `sendMessage` does not throw: the chat has the error.
  if (chat.error) {
    console.error(chat.error.message);
    process.exit(1);
  }
}
