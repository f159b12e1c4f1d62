import {expect} from '@playwright/test';
import {accessible} from './accessible.ts';
import {still} from './layout.ts';
import {quick} from './quick.ts';
import {act, addToCart, cartOf, choose, fillReview, grace, order, planter, review, search, seesPicture, signIn, signUp} from './steps.ts';
import {open, operationsSent, settled, test} from './visitor.ts';

test('somebody buys, and somebody else runs the shop', async ({visit}) => {
  const buyer = await visit('/shop/');
  const products = (n: string) => buyer.getByRole('heading', {name: n, exact: true});

  await test.step('the first page: one round trip, few bytes, nothing jumps', async () => {
    await expect(products('300 products')).toBeVisible();
    expect(await operationsSent(buyer)).toBe(1);
    const script = await buyer.evaluate(() => (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter((e) => e.name.endsWith('.js')).reduce((sum, e) => sum + e.encodedBodySize, 0));
    console.log(`first page: ${script} bytes of JavaScript`);
    expect(script).toBeGreaterThan(0);
    expect(script).toBeLessThanOrEqual(120 << 10);
    await still(buyer);
    await quick(buyer, '/shop/');
    await accessible(buyer, 'catalog');
  });

  await test.step('search, filter, sort', async () => {
    await search(buyer, 'lamp');
    const lamps = buyer.getByRole('link', {name: 'Everything in Lamps'});
    await expect(lamps).toBeVisible();
    await settled(buyer);
    await choose(buyer, 'Oak');
    await expect(products('2 products')).toBeVisible();
    await expect(buyer).toHaveURL(/Oak/);
    await accessible(buyer, 'search');
    await buyer.getByRole('button', {name: /^Oak.*remove this filter/}).click();
    await lamps.click();
    await expect(products('25 products')).toBeVisible();
    await buyer.getByLabel('Sort by').selectOption('Lowest price');
    await expect(buyer).toHaveURL(/PRICE_ASC/);
    const cards = buyer.getByRole('main').getByRole('listitem').getByRole('link');
    await expect(async () => {
      const texts = await cards.allInnerTexts();
      const prices = texts.map((text) => Number(/€\s?([\d.,]+)/.exec(text)?.[1]?.replaceAll(',', '')));
      expect(prices.length).toBeGreaterThan(9);
      expect(prices).toEqual([...prices].sort((a, b) => a - b));
    }).toPass();
    await cards.first().click();
    await expect(buyer.getByRole('heading', {name: 'What people say'})).toBeVisible();
    await settled(buyer);
  });

  await test.step('a product: what is slow comes later, in the same answer', async () => {
    await open(buyer, planter.path);
    await expect(buyer.getByRole('heading', {name: planter.name})).toBeVisible();
    await expect(buyer.getByText('the next working day')).toBeVisible();
    await expect(buyer.getByText('6 reviews')).toBeVisible();
    await expect(buyer.getByRole('region', {name: 'From the same shelf'}).getByRole('link').first()).toBeVisible();
    await still(buyer);
    await quick(buyer, planter.path);
    await accessible(buyer, 'product');
    await buyer.getByRole('button', {name: 'One more'}).click();
    await addToCart(buyer, '2 pieces');
  });

  await test.step('the cart of a guest: what is clicked shows at once, and stays', async () => {
    await cartOf(buyer, '2 pieces').click();
    const pieces = (n: string) => buyer.getByRole('main').getByText(n, {exact: true});
    await expect(pieces('2 pieces')).toBeVisible();
    await buyer.getByRole('button', {name: 'One more'}).click();
    await expect(pieces('3 pieces')).toBeVisible();
    await buyer.getByRole('button', {name: 'One less'}).click();
    await expect(pieces('2 pieces')).toBeVisible();
    await open(buyer, '/shop/cart');
    await expect(pieces('2 pieces')).toBeVisible();
    await still(buyer);
    await accessible(buyer, 'cart');
  });

  // Whoever runs the shop looks at the same product, and will see that pieces are set aside.
  const operator = await visit('/shop/account');
  await operator.getByRole('button', {name: /who runs the shop/}).click();
  await expect(operator.getByRole('link', {name: 'Desk', exact: true})).toBeVisible();
  await open(operator, planter.path);
  const stock = operator.getByText(/\d+ in stock/);
  const left = parseInt(await stock.innerText(), 10);

  await test.step('an account; the cart comes along', async () => {
    await buyer.getByRole('link', {name: 'Sign in to order'}).click();
    await accessible(buyer, 'account of a guest');
    await buyer.getByRole('button', {name: 'Open an account'}).click();
    await expect(buyer).toHaveURL(/\/oauth\/authorize/);
    await signUp(buyer, {...grace, password: 'password1234'});
    await expect(buyer.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
    await accessible(buyer, 'sign-up');
    await buyer.getByLabel('Password').fill(grace.password);
    await buyer.getByRole('button', {name: 'Open an account'}).click();
    await expect(buyer.getByRole('heading', {name: 'Where shall it go?'})).toBeVisible();
    await expect(cartOf(buyer, '2 pieces')).toBeVisible();
    await expect(buyer.getByRole('link', {name: 'Grace'})).toBeVisible();
    await accessible(buyer, 'checkout');
  });

  await test.step('a payment that is refused, and one that is not', async () => {
    await order(buyer, 'A card that is declined');
    await expect(buyer.getByRole('heading', {name: 'This order came to nothing.'})).toBeVisible();
    await accessible(buyer, 'refused order');
    await open(buyer, planter.path);
    await addToCart(buyer, '1 piece');
    await cartOf(buyer, '1 piece').click();
    await order(buyer, 'Card');
    await expect(buyer.getByRole('heading', {name: 'Thank you.'})).toBeVisible();
    await expect(buyer.getByText('It is yours, and waits to be sent.')).toBeVisible();
    await accessible(buyer, 'order');
  });

  await test.step('it is sent, and arrives; the buyer watches', async () => {
    const asked = await operationsSent(buyer);
    await expect(stock).toHaveText(`${left - 1} in stock`);
    await operator.getByRole('link', {name: 'Desk', exact: true}).click();
    await act(operator, 'Ship');
    await expect(buyer.getByText('It has left the warehouse.')).toBeVisible();
    await act(operator, 'Delivered');
    await expect(buyer.getByRole('heading', {name: 'It has arrived.'})).toBeVisible();
    expect(await operationsSent(buyer), 'the page is told, and does not ask').toBe(asked);
  });

  const own = buyer.getByRole('region', {name: 'Your review'});
  const picture = await test.step('what the buyer says of it, with a picture', async () => {
    await buyer.getByRole('region', {name: 'What you bought'}).getByRole('link', {name: planter.name}).click();
    await buyer.getByRole('button', {name: 'Write a review'}).click();
    const publish = buyer.getByRole('button', {name: 'Publish'});
    await publish.click(); // the browser asks for what is missing
    await expect(buyer.getByLabel('Headline')).toBeFocused();
    await fillReview(buyer);
    await accessible(buyer, 'review to be');
    await open(operator, planter.path);
    await expect(operator.getByText('6 reviews')).toBeVisible();
    await publish.click();
    await expect(own.getByRole('heading', {name: review.title})).toBeVisible();
    await expect(own.getByText('Bought here')).toBeVisible();
    const seen = await seesPicture(own);
    await expect(operator.getByText('7 reviews')).toBeVisible();
    expect(await seesPicture(operator.getByRole('main'))).toBe(seen);
    await accessible(buyer, 'own review');
    return seen;
  });

  await test.step('its rules are not everybody’s', async () => {
    // What an operator does shows at once, and is done a moment later.
    const answers = (status: number) =>
      expect.poll(async () => (await operator.request.get(picture)).status(), {message: 'how the picture is answered'}).toBe(status);
    await open(operator, '/shop/desk');
    await accessible(operator, 'desk');
    await still(operator);
    const hide = operator.getByRole('button', {name: `Hide “${review.title}”`});
    await hide.click();
    await expect(operator.getByText('Hidden', {exact: true})).toBeVisible();
    await open(buyer, planter.path);
    await expect(own.getByText('Hidden by the shop')).toBeVisible();
    await answers(404);
    await operator.getByRole('button', {name: `Show “${review.title}”`}).click();
    await expect(hide).toBeVisible();
    await answers(200);
    await open(operator, planter.path);
    await seesPicture(operator.getByRole('main'));
    await operator.getByRole('button', {name: 'Remove picture 1'}).click();
    await expect(operator.getByText('The picture is gone.')).toBeVisible();
    await expect(operator.getByRole('img', {name: review.picture})).toHaveCount(0);
    await answers(404);
  });

  await test.step('tokens are where no script finds them that is not the shop’s', async () => {
    const kept = await buyer.evaluate(() => document.cookie + JSON.stringify({...localStorage, ...sessionStorage}));
    expect(kept).toBe('{"shop.signed-in":"true"}');
  });

  await test.step('the account, signing out and in', async () => {
    const asked = buyer.getByText('Sign in to order, to see');
    const enter = buyer.getByRole('button', {name: 'Sign in'});
    await open(buyer, '/shop/account');
    await expect(buyer.getByText('Delivered')).toBeVisible();
    await still(buyer);
    await accessible(buyer, 'account');
    await buyer.getByRole('button', {name: 'Sign out'}).click();
    await expect(buyer.getByText('You are signed out.')).toBeVisible();
    await expect(asked).toBeVisible();
    await open(buyer, '/shop/account');
    await expect(asked).toBeVisible();
    await enter.click();
    await expect(buyer.getByRole('heading', {name: 'Welcome back'})).toBeVisible();
    await accessible(buyer, 'sign-in');
    await buyer.getByRole('button', {name: 'Not now'}).click();
    await expect(buyer.getByText('You are not signed in.')).toBeVisible();
    await enter.click();
    await signIn(buyer, grace);
    await expect(buyer.getByRole('heading', {name: grace.name})).toBeVisible();
  });

  await test.step('a page that does not exist', async () => {
    await open(buyer, '/shop/nowhere');
    await expect(buyer.getByRole('heading', {name: 'This page does not exist.'})).toBeVisible();
    await accessible(buyer, 'no page');
  });
});
