import {expect} from '@playwright/test';
import {fits, keepScreenshot} from './accessible.ts';
import {still} from './layout.ts';
import {quick} from './quick.ts';
import {addToCart, cartOf, order, planter, signUp} from './steps.ts';
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

test('somebody buys with a phone', async ({visit}) => {
  const page = await visit('/shop/');
  await page.setViewportSize({width: 360, height: 740});
  await open(page, planter.path);
  await addToCart(page, '1 piece');
  await cartOf(page, '1 piece').click();
  await page.getByRole('link', {name: 'Sign in to order'}).click();
  await page.getByRole('button', {name: 'Open an account'}).click();
  await expect(page).toHaveURL(/\/oauth\/authorize/);
  await fits(page, 360);
  await signUp(page, {name: 'Mary Keller', email: 'mary@example.com', password: 'small screens are fine'});
  await expect(page.getByRole('heading', {name: 'Where shall it go?'})).toBeVisible();
  await fits(page, 360);
  await order(page, 'Card');
  await expect(page.getByRole('heading', {name: 'Thank you.'})).toBeVisible();
  await expect(page.getByText('It is yours, and waits to be sent.')).toBeVisible();
  await fits(page, 360);
  await keepScreenshot(page, 'bought-with-a-phone');
});
