import {expect} from '@playwright/test';
import {fits} from './accessible.ts';
import {still} from './layout.ts';
import {quick} from './quick.ts';
import {planter} from './steps.ts';
import {open, test} from './visitor.ts';

const paths = [
  '/shop/', '/shop/?category=rugs&is=Material%3AWool', planter.path, '/shop/cart', '/shop/account', '/shop/desk', '/shop/nowhere',
];

test('every page fits a phone: nothing stands out, and nothing moves', async ({visit}) => {
  const page = await visit('/shop/account');
  await page.getByRole('button', {name: /who runs the shop/}).click();
  await expect(page.getByRole('heading', {name: 'Ada Novak'})).toBeVisible();
  // Not as a mobile device: then Chromium tells of no layout shifts.
  await page.setViewportSize({width: 360, height: 740});
  await page.emulateMedia({colorScheme: 'dark'});
  for (const path of paths) {
    await test.step(path, async () => {
      await open(page, path);
      await still(page);
      await fits(page, 360);
      await quick(page, path);
    });
  }
});
