'use client';

import { useChat } from '@ai-sdk/react';
import { useState, type ReactNode } from 'react';

/** A chat that streams, and resumes an answer that is still being written after a reload. */
export function Chat({ id }: { readonly id: string }): ReactNode {
  const { messages, sendMessage, status, error } = useChat({ id, resume: true });
  const [input, setInput] = useState('');
  const isBusy = status === 'submitted' || status === 'streaming';
  return (
    <main>
      {messages.map(({ id: messageId, role, parts }) => (
        <p key={messageId}>
          <b>{role}</b> {parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}
        </p>
      ))}
      {error && <p role="alert">{error.message}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void sendMessage({ text: input });
          setInput('');
        }}
      >
        <input
          value={input}
          onChange={({ target }) => setInput(target.value)}
          aria-label="Message"
        />
        <button disabled={isBusy || input.trim() === ''}>Send</button>
      </form>
    </main>
  );
}
