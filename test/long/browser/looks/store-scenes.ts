import type { Page } from 'playwright-core';
import type { StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';
import { storeTurn } from '#test/browser/page-steps.ts';

/** The ids of the conversations that the pictures show. */
export interface Scenes {
  readonly rich: string;
  readonly endings: string;
  readonly approval: string;
}

const answer = `Every callback is signed as Standard Webhooks describes. Compute an HMAC over the id, the timestamp and the **raw** body: $h = H(k, m)$.

## While your server is down

Nothing is lost. The callback is tried seven times[^1].

\`\`\`ts
import { createHmac } from 'node:crypto';

export function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64'); // after "whsec_"
}
\`\`\`

| Your server answers | What happens |
| - | - |
| 2xx within 5 s | Delivered |
| Anything else | Tried again |

- [x] Read [the documentation](https://example.com/docs)
- [ ] Rotate the key

[^1]: Over about a day, with growing delays.
`;

/** Stores conversations, a document and a task as the guest of a page. */
export async function storeScenes(page: Page, system: StreambedSystem): Promise<Scenes> {
  const ask = async (
    scenario: object,
    body: Readonly<Record<string, unknown>>,
  ): Promise<string> => {
    await setScenario(system, scenario);
    return (await storeTurn(page, body)).conversation_id;
  };
  const time = { tool: { name: 'current_time', args: { time_zone: 'Asia/Tokyo' } } };
  const rich = await ask(
    {
      stream: [{ reasoning: 'They ask two things.' }, time],
      next: [{ stream: [{ text: answer }] }],
    },
    { message: 'How do I check that a callback really came from us?', tools: ['time'] },
  );
  await ask(
    {},
    { message: 'How is a callback signed?', conversation_id: rich, knowledge_base: 'docs' },
  );
  const endings = await ask(
    { stream: [{ text: 'Replace it at once. Then look' }, { cut: 'rst' }] },
    { message: 'And for a key that leaked?' },
  );
  for (const scenario of [
    { stop: 'guardrail_intervened', stream: [{ text: 'Sorry.' }] },
    { stop: 'max_tokens', stream: [{ text: 'First, ' }] },
    { fail: { type: 'ThrottlingException' } },
  ]) {
    await ask(scenario, { message: 'Which requests used the old key?', conversation_id: endings });
  }
  const note = { tool: { name: 'add_note', args: { note: 'Rotate the key every 90 days.' } } };
  const approval = await ask({ stream: [note] }, { message: 'Add a note', tools: ['notes'] });
  await setScenario(system, {});
  await send(page, '/documents', {
    text: 'The harbour bridge was opened in 1932. Ferries cross it.',
  });
  await send(page, '/tasks', { prompt: 'Write a report about rivers' });
  return { rich, endings, approval };
}

async function send(page: Page, path: string, body: object): Promise<void> {
  const response = await page.request.post(new URL(`/api${path}`, page.url()).href, { data: body });
  if (!response.ok()) throw new Error(`${path}: ${await response.text()}`);
}
