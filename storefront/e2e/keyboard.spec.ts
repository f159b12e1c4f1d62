import {expect, type Locator} from '@playwright/test';
import {cartOf} from './steps.ts';
import {test} from './visitor.ts';

test('something is put into the cart with the keyboard alone', async ({visit}) => {
  const page = await visit('/shop/p/p12');
  const reach = async (wanted: Locator): Promise<void> => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      if (await wanted.evaluate((e) => (e.getRootNode() as Document | ShadowRoot).activeElement === e)) return;
    }
    throw new Error(`${String(wanted)} cannot be reached with the key Tab`);
  };
  await reach(page.getByRole('link', {name: 'Skip to the content'}));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await reach(page.getByRole('button', {name: 'One more'}));
  await page.keyboard.press('Enter');
  await reach(page.getByRole('button', {name: 'Add to cart'}));
  await page.keyboard.press('Enter');
  await expect(cartOf(page, '2 pieces')).toBeVisible();
});
