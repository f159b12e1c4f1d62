import {expect, type Locator, type Page} from '@playwright/test';
import {settled} from './visitor.ts';

// What people do in the shop, as they would say it.

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const grace: Person = {name: 'Grace Murray', email: 'grace@example.com', password: 'compilers are fun'};

/** The product that is bought: there are six reviews of it. */
export const planter = {path: '/shop/p/p67', name: 'Loom Rattan Planter'};

export async function search(page: Page, words: string): Promise<void> {
  const box = page.getByRole('searchbox', {name: 'Search the shop'});
  await box.fill(words);
  await box.press('Enter');
}

/** choose ticks a filter, the name of which is followed by how many products it would leave. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('complementary', {name: 'Filters'}).getByRole('checkbox', {name: new RegExp(`^${name} ?\\d`)}).check();
  await settled(page);
}

/** cartOf is the link to the cart, in the bar, once there are so many pieces in it. */
export function cartOf(page: Page, pieces: string): Locator {
  return page.getByRole('link', {name: `Cart, ${pieces}`});
}

export async function addToCart(page: Page, pieces: string): Promise<void> {
  await page.getByRole('button', {name: 'Add to cart'}).click();
  await expect(cartOf(page, pieces)).toBeVisible();
}

/** The page of accounts, on which one signs in or up. */
export async function signUp(page: Page, who: Person): Promise<void> {
  await page.getByLabel('Name').fill(who.name);
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', {name: 'Open an account'}).click();
}

export async function signIn(page: Page, who: Person): Promise<void> {
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', {name: 'Sign in'}).click();
}

export async function order(page: Page, payment: string): Promise<void> {
  await page.getByLabel('Street and number').fill('Main Street 1');
  await page.getByLabel('Postal code').fill('10115');
  await page.getByLabel('City').fill('Berlin');
  await page.getByLabel('Country').fill('DE');
  await page.getByRole('radio', {name: payment, exact: true}).check();
  await page.getByRole('button', {name: 'Order and pay'}).click();
}

/** act does something to the buyer's order, at the desk. */
export async function act(desk: Page, what: 'Ship' | 'Delivered'): Promise<void> {
  await desk.getByRole('button', {name: `${what} ${planter.name} of ${grace.name}`}).click();
}

export const review = {title: 'The fern likes it', body: 'It stands where the old one fell over.', picture: 'A fern before a green wall'};

/** fillReview writes a review with a picture. It is not published yet. */
export async function fillReview(page: Page): Promise<void> {
  await page.getByRole('radio', {name: '4 stars'}).check();
  await page.getByLabel('Headline').fill(review.title);
  await page.getByLabel('Your experience').fill(review.body);
  await page.getByLabel('Pictures (up to three)').setInputFiles(await photo(page));
  await page.getByLabel('What picture 1 shows').fill(review.picture);
}

/** seesPicture waits until a picture of a review is shown, and returns its address. */
export async function seesPicture(within: Locator): Promise<string> {
  const picture = within.getByRole('img', {name: review.picture});
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((i: HTMLImageElement) => i.complete && i.naturalWidth > 0), {message: 'the picture is shown'})
    .toBe(true);
  return picture.evaluate((i: HTMLImageElement) => i.src);
}

/** photo is a picture as a person might have one. */
async function photo(page: Page): Promise<{name: string; mimeType: string; buffer: Buffer}> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1200, 900];
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
    const wall = pen.createLinearGradient(0, 0, 1200, 900);
    wall.addColorStop(0, 'rgb(120 150 130)');
    wall.addColorStop(1, 'rgb(180 225 130)');
    pen.fillStyle = wall;
    pen.fillRect(0, 0, 1200, 900);
    pen.fillStyle = 'rgb(30 90 50)';
    for (let leaf = 0; leaf < 24; leaf++) {
      pen.beginPath();
      pen.ellipse(600, 520, 300, 22, leaf * Math.PI / 24, 0, 2 * Math.PI);
      pen.fill();
    }
    return canvas.toDataURL('image/png');
  });
  return {name: 'fern.png', mimeType: 'image/png', buffer: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')};
}

/** again presses "Try again", whenever it is offered, until something is to be seen. */
export async function again(page: Page, wanted: Locator): Promise<void> {
  await expect(async () => {
    await settled(page);
    const button = page.getByRole('button', {name: 'Try again'}).first();
    if (!await wanted.isVisible() && await button.isVisible()) await button.click();
    await settled(page);
    await expect(wanted).toBeVisible({timeout: 500});
  }).toPass();
}
