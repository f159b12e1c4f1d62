import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, type Page} from '@playwright/test';
import {axeFile, screenshots} from './world.ts';

interface Axe {
  run(root: Document, options: object): Promise<{violations: {id: string; nodes: {html: string; failureSummary: string}[]}[]}>;
}

const axe = readFileSync(axeFile, 'utf8');

const looks = [{colorScheme: 'light', width: 1400}, {colorScheme: 'dark', width: 360}] as const;

/** accessible has axe-core look at the page, in light and dark, and at a phone's width; there, nothing may stand out. */
export async function accessible(page: Page, what: string): Promise<void> {
  await page.evaluate(`if (!globalThis.axe) {${axe}}`);
  for (const {colorScheme, width} of looks) {
    await page.emulateMedia({colorScheme});
    await page.setViewportSize({width, height: 900});
    const found = await page.evaluate(async () => {
      const {violations} = await (globalThis as unknown as {axe: Axe}).axe.run(document, {resultTypes: ['violations']});
      return violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html}\n${failureSummary}`));
    });
    expect.soft(found, `${what}, ${colorScheme}, ${width} pixels`).toEqual([]);
    await fits(page, width);
    await keepScreenshot(page, `${what.replaceAll(' ', '-')}-${colorScheme}`);
  }
  await page.emulateMedia({colorScheme: 'light'});
  await page.setViewportSize({width: 1400, height: 900});
}

/** fits fails when a page is wider than its window. */
export async function fits(page: Page, width: number): Promise<void> {
  expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), `the width of ${page.url()}`).toBeLessThanOrEqual(width);
}

/** keepScreenshot writes a picture of the whole page to the folder named by WEFT_SCREENSHOTS, if there is one. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({path: join(screenshots, `${name}.png`), fullPage: true});
}
