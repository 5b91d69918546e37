import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Page as PageServer } from '#scripts/start-page.ts';
import { hostPage, type PageHostOptions } from '#test/fixtures/page.ts';
import type { StreambedSystem } from '#test/fixtures/system.ts';
import { startUpstreamBedrock, type UpstreamBedrock } from '#test/fixtures/upstream-bedrock.ts';
import { launchBrowser } from './launch-browser.ts';

export interface Visit extends BrowserContextOptions {
  /** Another server than the one of these tests. */
  readonly url?: string;
  /** Opens a tab beside this page, for the same guest. */
  readonly beside?: Page | undefined;
  /** A script that runs before those of the page. */
  readonly script?: string;
}

export type HostedOptions = PageHostOptions & {
  /** Whether the model answers what each test says, by `upstream`. */
  readonly hasUpstream?: boolean;
};

interface Hosted {
  readonly browser: Browser;
  readonly system: StreambedSystem;
  readonly server: PageServer;
  readonly upstream: UpstreamBedrock | undefined;
}

/** What the tests of a file share. It is there while they run. */
export interface HostedBrowser extends Hosted {
  readonly upstream: UpstreamBedrock;
  /** Opens the page as a new guest. A fault of its scripts fails the test. */
  open(path?: string, visit?: Visit): Promise<Page>;
}

const desktop = { locale: 'en-US', viewport: { width: 1200, height: 800 } } as const;

/**
 * Starts a browser, a system and the page in front of it for the tests of a file, and ends them. The
 * options may depend on what an earlier `beforeAll` has started.
 */
export function usePage(options: HostedOptions | (() => HostedOptions) = {}): HostedBrowser {
  let hosted: Hosted | undefined;
  const errors: string[] = [];
  beforeAll(async () => {
    hosted = await host(typeof options === 'function' ? options() : options);
  }, 60_000);
  afterEach(() => expect(errors.splice(0)).toEqual([]));
  afterAll(async () => {
    await hosted?.browser.close();
    await hosted?.server.close();
    await hosted?.system.close();
    await hosted?.upstream?.close();
  });
  return {
    get browser() {
      return existing(hosted).browser;
    },
    get system() {
      return existing(hosted).system;
    },
    get server() {
      return existing(hosted).server;
    },
    get upstream() {
      return existing(hosted?.upstream);
    },
    async open(path = '/chat', { url, beside, script, ...context } = {}) {
      const { browser, server } = existing(hosted);
      const visit = beside?.context() ?? (await browser.newContext({ ...desktop, ...context }));
      const page = await visit.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      if (script !== undefined) await page.addInitScript(script);
      await page.goto((url ?? server.url) + path);
      return page;
    },
  };
}

async function host({ hasUpstream = false, ...options }: HostedOptions): Promise<Hosted> {
  const browser = await launchBrowser();
  const upstream = hasUpstream ? await startUpstreamBedrock() : undefined;
  const bedrock = upstream === undefined ? {} : { bedrock: upstream.url };
  return { browser, upstream, ...(await hostPage({ ...options, ...bedrock })) };
}

function existing<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('This is not hosted, or not yet');
  return part;
}
