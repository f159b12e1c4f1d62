import {expect, test as base, type Page} from '@playwright/test';
import {watchLayout} from './layout.ts';
import {shop} from './world.ts';

// Visitors have a browser context of their own: nobody is signed in, and nothing is in the cart. At the end of a test, what
// a person would see in a console is a fault, and so is a request to anywhere but the shop.

interface Visitors {
  visit: (path: string) => Promise<Page>;
  /** What browsers may complain of, in tests that break something. */
  forgiven: RegExp | undefined;
}

export const test = base.extend<Visitors>({
  forgiven: [undefined, {option: true}],
  visit: async ({browser, forgiven}, use) => {
    const complaints: string[] = [];
    await use(async (path) => {
      const context = await browser.newContext();
      await context.addInitScript(watchLayout);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message}`));
      page.on('console', (message) => {
        const own = message.args().length > 0; // said by a page, which may warn
        if (message.type() === 'error' || message.type() === 'warning' && !own) complaints.push(`${message.text()} (${message.location().url})`);
      });
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.origin !== shop && url.protocol !== 'data:' && url.protocol !== 'blob:') complaints.push(`a request to ${url.href}`);
      });
      await open(page, path);
      return page;
    });
    expect(complaints.filter((text) => !forgiven?.test(text)), 'what browsers complain of').toEqual([]);
  },
});

/** Loads a page as if its address had been typed, and waits until nothing is on its way any more. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy]')).toHaveCount(0);
}

/** How many operations a page has sent over HTTP since it was loaded. */
export function operationsSent(page: Page): Promise<number> {
  return page.evaluate(() => performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/graphql')).length);
}
