import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
import ReactMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

/** The plainest page: every chunk renders the whole answer anew. */
function Page() {
  const [text, setText] = useState('');
  const ask = async () => {
    const response = await fetch('/', { method: 'POST', body: '{}' });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (let buffer = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (buffer + decoder.decode(value, { stream: true })).split('\n');
      buffer = lines.pop();
      const parts = lines
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice('data: '.length)));
      const deltas = parts.filter(({ type }) => type === 'text-delta').map(({ delta }) => delta);
      setText((before) => before + deltas.join(''));
    }
  };
  const answer = h(ReactMarkdown, { remarkPlugins: [remarkGfm] }, text);
  return h(
    'main',
    { style: { height: '100dvh', overflow: 'auto' } },
    h('textarea', { 'aria-label': 'Message' }),
    h('button', { type: 'button', onClick: ask }, 'Send'),
    h('article', { className: 'answer' }, answer),
  );
}

createRoot(document.querySelector('#root')).render(h(Page));
