import {createHash} from 'node:crypto';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, type Page, type Route} from '@playwright/test';
import {keepScreenshot} from './accessible.ts';
import {cartOf, planter} from './steps.ts';
import {open, test} from './visitor.ts';
import {storefrontFolder} from './world.ts';

// Fragments of a running shop are deployed alone: another version, broken ones of several kinds, a slow one, none.

/** deploy puts another version of the reviews there. */
function deploy(version: string, script: string): void {
  const folder = join(storefrontFolder(), 'reviews');
  const file = `reviews-${createHash('sha256').update(script).digest('hex').slice(0, 10)}.js`;
  writeFileSync(join(folder, `${file}.gz`), gzipSync(script));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({name: 'reviews', version, files: {reviews: file}}));
}

/** saying is a fragment that shows a heading. */
const saying = (text: string): string => `import {define, Fragment} from '@shop/parts'; import {html} from 'lit';
  define('shop-reviews', class extends Fragment { render() { return html\`<h2>${text}</h2>\`; } });`;

const delivery = (page: Page) => expect(page.getByText('the next working day')).toBeVisible();
const shellOf = (page: Page) => page.locator('script[type=module]').getAttribute('src');

test('another version is there with the next page, and the shell is the same one', async ({visit}) => {
  const page = await visit(planter.path);
  await expect(page.getByRole('heading', {name: 'What people say'})).toBeVisible();
  const shell = await shellOf(page);
  deploy('2.0.0', saying('Version two says: ${this.data?.reviewCount} reviews'));
  await open(page, planter.path);
  await expect(page.getByRole('heading', {name: 'Version two says: 6 reviews'})).toBeVisible();
  expect(await shellOf(page)).toBe(shell);
});

const broken: Record<string, string> = {
  'no module': `this is no module`,
  'throws': `throw new Error('there is something wrong');`,
  'defines nothing': `export const nothing = 1;`,
  'throws on data': `customElements.define('shop-reviews', class extends HTMLElement { set data(d) { throw new Error('no'); } });`,
  'throws later': `import {define, Fragment} from '@shop/parts';
    define('shop-reviews', class extends Fragment { render() { return this.data.nothing.there; } });`,
  'not deployed': '',
};

test('a fragment that is broken costs its own place only', async ({visit}) => {
  const page = await visit('/shop/');
  let pieces = 0;
  for (const [why, script] of Object.entries(broken)) {
    await test.step(why, async () => {
      if (script) deploy('2.0.1', script);
      else rmSync(join(storefrontFolder(), 'reviews', 'manifest.json'));
      await open(page, planter.path);
      await expect(page.getByText('Reviews cannot be shown at the moment.')).toBeVisible();
      await delivery(page);
      await page.getByRole('button', {name: 'Add to cart'}).click();
      pieces++;
      await expect(cartOf(page, pieces === 1 ? '1 piece' : `${pieces} pieces`)).toBeVisible();
      await keepScreenshot(page, `fragment-${why.replaceAll(' ', '-')}`);
    });
  }
});

test('a fragment that is slow is waited for, and its place says so', async ({visit}) => {
  const page = await visit('/shop/');
  deploy('2.0.2', saying('Better late'));
  const held: Route[] = [];
  await page.route('**/assets/reviews/*', (route) => { held.push(route); });
  await page.goto(planter.path, {waitUntil: 'commit'});
  await expect(page.getByText('Reviews takes longer than usual')).toBeVisible();
  await delivery(page);
  await Promise.all(held.map((route) => route.continue()));
  await expect(page.getByRole('heading', {name: 'Better late'})).toBeVisible();
});

const places: readonly {fragment: string; path: string; title: string}[] = [
  {fragment: 'catalog', path: '/shop/', title: 'The catalog'},
  {fragment: 'product', path: planter.path, title: 'The product'},
  {fragment: 'cart', path: '/shop/cart', title: 'The cart'},
  {fragment: 'account', path: '/shop/account', title: 'The account'},
  {fragment: 'desk', path: '/shop/desk', title: 'The desk'},
];

test('the shop is there without any one of its fragments', async ({visit}) => {
  const page = await visit('/shop/');
  for (const {fragment, path, title} of places) {
    await test.step(fragment, async () => {
      rmSync(join(storefrontFolder(), fragment, 'manifest.json'));
      await open(page, path);
      await expect(page.getByText(`${title} cannot be shown at the moment.`)).toBeVisible();
      await expect(page.getByRole('searchbox', {name: 'Search the shop'})).toBeVisible();
      await expect(page.getByRole('link', {name: /^Cart/})).toBeVisible();
      await keepScreenshot(page, `without-${fragment}`);
    });
  }
});
