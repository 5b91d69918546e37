import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { startPage } from '#scripts/start-page.ts';
import { launchBrowser } from '#test/browser/launch-browser.ts';
import { startSystem } from '#test/fixtures/system.ts';
import { answerTokens } from './page/answer.ts';
import {
  measureAnswer,
  measureLoad,
  measureOpening,
  type Figures,
  type Subject,
} from './page/measure.ts';
import { startPageUpstream } from './page/upstream.ts';

/*
 * What the page costs a browser: a long answer that streams, a long conversation, and the first load.
 * A page that renders the whole answer anew for each chunk, with the same Markdown library, gets the
 * same answer from the same server in the same run. So does another page, if `--peer` has its
 * address and it calls the server at `--upstream-port`.
 */

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    'upstream-port': { type: 'string', default: '0' },
    tokens: { type: 'string', default: String(answerTokens) },
  },
});
const tokens = Number(values.tokens);
const perSecond = 200;

const naive = await build({
  entryPoints: [join(import.meta.dirname, 'page', 'naive.js')],
  bundle: true,
  minify: true,
  write: false,
  define: { 'process.env.NODE_ENV': '"production"' },
});
const html = '<!doctype html><div id="root"></div><script src="/naive.js"></script>';
const upstream = await startPageUpstream(Number(values['upstream-port']), {
  '/naive': ['text/html', html],
  '/naive.js': ['text/javascript', naive.outputFiles[0]?.text ?? ''],
});
upstream.setAnswer({ tokens, perSecond });

const system = await startSystem({ parameters: { Guests: 'true' } });
const server = await startPage(system.state, {
  port: 0,
  watch: false,
  isBilled: true,
  variables: {
    CHAT_URL: upstream.url,
    CONVERSATIONS_URL: upstream.url,
    CONVERSATION_STREAM_URL: upstream.url,
    FUNCTION_URL_AUTH: 'NONE',
  },
});
const browser = await launchBrowser();
const page: Subject = { name: 'the page', url: `${server.url}/chat` };
const plain: Subject = { name: 'plain', url: `${upstream.url}/naive` };
const peers: readonly Subject[] =
  values.peer === undefined ? [] : [{ name: 'peer', url: values.peer }];
const timeoutMs = (tokens / perSecond) * 2_000 + 20_000;

try {
  await report('The first load', [page, ...peers, plain], (subject) =>
    measureLoad(browser, subject),
  );
  await report(
    'Opening a conversation',
    [page, ...peers],
    (subject) => measureOpening(browser, subject),
    5,
  );
  await report(`An answer of ${tokens} tokens`, [page, ...peers, plain], (subject) =>
    measureAnswer(browser, subject, timeoutMs),
  );
} finally {
  await browser.close();
  await server.close();
  await system.close();
  upstream.close();
}

/**
 * Prints the figures of all subjects, and those of the first one divided by those of the others. Of
 * several rounds, in which the subjects take turns, it prints the medians.
 */
async function report(
  title: string,
  subjects: readonly Subject[],
  measure: (subject: Subject) => Promise<Figures>,
  rounds = 1,
): Promise<void> {
  const measured = subjects.map((): Figures[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      measured[index]?.push(await measure(subject));
    }
  }
  const columns = measured.map(medians);
  const [own = {}, ...others] = columns;
  console.log(`\n${title}`);
  const heads = [...subjects, ...subjects.slice(1).map(({ name }) => ({ name: `÷ ${name}` }))];
  console.log(heads.map(({ name }) => name.padStart(12)).join(''));
  for (const [name, value] of Object.entries(own)) {
    const figures = columns.map((column) => (column[name] ?? Number.NaN).toFixed(1));
    const ratios = others.map((other) => (value / (other[name] ?? Number.NaN)).toFixed(2));
    const cells = [...figures, ...ratios].map((cell) => cell.padStart(12)).join('');
    console.log(`${cells}  ${name}`);
  }
}

function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const sorted = rounds.map((figures) => figures[name] ?? Number.NaN).toSorted((a, b) => a - b);
      return [name, sorted[Math.floor(sorted.length / 2)] ?? Number.NaN];
    }),
  );
}
