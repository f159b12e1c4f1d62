import {expect, type Page} from '@playwright/test';

declare global {
  interface Window {
    layout: {shifts: string[]; painted: number; largest: number};
  }
}

/** watchLayout runs in pages before their own scripts, and notes what moves and what is painted. */
export function watchLayout(): void {
  interface Shift extends PerformanceEntry {hadRecentInput: boolean; value: number; sources: {node?: Element}[]}
  interface Paint extends PerformanceEntry {size: number}
  const layout = window.layout = {shifts: [] as string[], painted: 0, largest: 0};
  new PerformanceObserver((list) => {
    for (const e of list.getEntries() as Shift[]) {
      if (!e.hadRecentInput) layout.shifts.push(`${e.value}: ${e.sources.map((s) => s.node?.outerHTML?.slice(0, 100)).join(' | ')}`);
    }
  }).observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver((list) => {
    for (const e of list.getEntries() as Paint[]) [layout.painted, layout.largest] = [e.startTime, e.size];
  }).observe({type: 'largest-contentful-paint', buffered: true});
}

/** still fails when anything has moved since the page was loaded, unless somebody has just clicked or typed. */
export async function still(page: Page): Promise<void> {
  await painted(page);
  // What has moved in a frame is told after it.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  expect.soft(await page.evaluate(() => window.layout.shifts), `what has moved on ${page.url()}`).toEqual([]);
}

/** painted waits until something is. */
export async function painted(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.layout.painted), {message: 'something is painted'}).toBeGreaterThan(0);
}

/** The size of the largest paint, in pixels. */
export function largestPaint(page: Page): Promise<number> {
  return page.evaluate(() => window.layout.largest);
}
