import {expect, type Page, type Request} from '@playwright/test';
import {largestPaint, painted} from './layout.ts';
import {open} from './visitor.ts';

/**
 * quick loads a page again and fails when the largest thing on it waits for more than the page, its scripts and one
 * operation: for a picture, or for something that is asked for because of the answer. How long it takes is told, and up to
 * the machine.
 */
export async function quick(page: Page, path: string): Promise<void> {
  await open(page, path);
  await painted(page);
  const whole = await wholePaint(page);
  console.log(`${path}: largest paint after ${Math.round(await page.evaluate(() => window.layout.painted))} ms`);

  // The first operation's answer is kept until everything else is there. What is asked for after it has no answer.
  const loading = new Set<string>();
  const later: string[] = [];
  const begun = (request: Request) => { if (!isOperation(request.url())) loading.add(request.url()); };
  const ended = (request: Request) => { loading.delete(request.url()); };
  page.on('request', begun).on('requestfinished', ended).on('requestfailed', ended);
  let asked = false, released = false;
  const [there, toldThere] = signal();
  const [go, release] = signal();
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    if (released || isOperation(url) && asked) {
      later.push(url);
      return;
    }
    if (!isOperation(url)) {
      await route.continue();
      return;
    }
    asked = true;
    const response = await route.fetch();
    toldThere();
    await go;
    await route.fulfill({response});
  });
  await page.goto(path);
  await there;
  await expect.poll(() => [...loading], {message: `${path} has all but the answer`}).toEqual([]);
  released = true;
  release();
  await expect(async () => {
    expect(await largestPaint(page), `${path} is painted without ${later.join(', ') || 'anything else'}`).toBeGreaterThanOrEqual(whole);
  }).toPass();
  page.off('request', begun).off('requestfinished', ended).off('requestfailed', ended);
  await page.unrouteAll({behavior: 'ignoreErrors'});
  await open(page, path);
}

/** The size of the largest paint once nothing larger comes for a while. */
async function wholePaint(page: Page): Promise<number> {
  let size = 0, same = 0;
  await expect.poll(async () => {
    const now = await largestPaint(page);
    same = now === size ? same + 1 : 0;
    size = now;
    return same;
  }, {message: 'nothing larger is painted', intervals: [20]}).toBeGreaterThanOrEqual(20);
  return size;
}

function isOperation(url: string): boolean {
  return url.endsWith('/graphql');
}

function signal(): [Promise<void>, () => void] {
  let done!: () => void;
  return [new Promise<void>((resolve) => { done = resolve; }), () => done()];
}
