import {expect} from '@playwright/test';
import {accessible, keepScreenshot} from './accessible.ts';
import {
  act, addToCart, again, cartOf, choose, fillReview, grace, order, planter, review, search, seesPicture, signIn, signUp, type Person,
} from './steps.ts';
import {open, settled, test} from './visitor.ts';
import {without} from './world.ts';

// All services are processes of their own. Each is killed once on the way; it costs what it knows and nothing else, the
// page says so, and when it is back the purchase goes on.

/** Who runs the shop. Whoever starts this test has given her the account. */
const olive: Person = {name: 'Olive Pereira', email: 'olive@example.com', password: 'who runs this shop'};

// The browser's own words are of the provider that was away, and of nothing else.
test.use({forgiven: /502 .*\/oauth\//});

test('a purchase outlives each service', async ({visit}) => {
  const buyer = await visit('/shop/');
  const sees = (text: string) => expect(buyer.getByText(text).first()).toBeVisible();

  await test.step('looking around without catalog', async () => {
    await sees('300 products');
    await without('catalog', async () => {
      await open(buyer, '/shop/?category=planters');
      await sees('Products cannot be shown at the moment.');
      await accessible(buyer, 'shop without catalog');
      await cartOf(buyer, '0 pieces').click();
      await sees('There is nothing in it yet.');
      await search(buyer, 'planter');
      await sees('Products cannot be shown at the moment.');
    });
    const found = buyer.getByRole('link', {name: planter.name});
    await again(buyer, found);
    await choose(buyer, 'Rattan');
    await found.click();
    await sees('What people say');
  });

  await test.step('a product without reviews', async () => {
    await without('reviews', async () => {
      await open(buyer, planter.path);
      await sees('Reviews cannot be shown at the moment.');
      await sees('the next working day');
      await accessible(buyer, 'product without reviews');
      await addToCart(buyer, '1 piece');
    });
    await again(buyer, buyer.getByText('6 reviews'));
  });

  await test.step('signing up without accounts', async () => {
    const door = buyer.getByRole('link', {name: 'Sign in to order'});
    const join = buyer.getByRole('button', {name: 'Open an account'});
    await without('accounts', async () => {
      await cartOf(buyer, '1 piece').click();
      await door.click();
      await join.click();
      await sees('Nobody can sign in at the moment.');
      await accessible(buyer, 'account without accounts');
      await cartOf(buyer, '1 piece').click();
      await sees(planter.name);
    });
    await door.click();
    await join.click();
    await expect(buyer).toHaveURL(/\/oauth\/authorize/);
    await signUp(buyer, grace);
    await sees('Where shall it go?');
  });

  await test.step('ordering without inventory: the order waits, and comes about alone', async () => {
    await without('inventory', async () => {
      await open(buyer, planter.path);
      await sees('We do not know at the moment whether it is in stock');
      await accessible(buyer, 'product without inventory');
      await cartOf(buyer, '1 piece').click();
      await order(buyer, 'Card');
      await sees('Thank you.');
      await keepScreenshot(buyer, 'order-without-inventory'); // and no more: orders waits a minute for an answer
    });
    await sees('It is yours, and waits to be sent.');
  });

  const operator = await visit('/shop/account?then=/desk');
  await test.step('whoever runs the shop does without a watch over it', async () => {
    await operator.getByRole('button', {name: 'Sign in'}).click();
    await signIn(operator, olive);
    const usual = operator.getByText('All is as it always is.');
    await expect(usual).toBeVisible();
    await without('insights', async () => {
      await open(operator, '/shop/desk');
      await expect(operator.getByText('What is unusual cannot be shown at the moment.')).toBeVisible();
      await accessible(operator, 'desk without insights');
    });
    await again(operator, usual);
  });

  await test.step('waiting for the parcel without orders', async () => {
    await without('orders', async () => {
      await sees('It is yours, and waits to be sent.');
      const guest = await visit('/shop/cart');
      await expect(guest.getByText('The cart cannot be shown at the moment.')).toBeVisible();
      await accessible(guest, 'cart without orders');
      await open(guest, planter.path);
      await expect(guest.getByText('6 reviews')).toBeVisible();
    });
    // What has happened meanwhile is seen without loading the page again.
    await open(operator, '/shop/desk');
    await again(operator, operator.getByRole('button', {name: `Ship ${planter.name}`}));
    await act(operator, 'Ship');
    await sees('It has left the warehouse.');
    await act(operator, 'Delivered');
    await expect(buyer.getByRole('heading', {name: 'It has arrived.'})).toBeVisible();
    await open(buyer, new URL(buyer.url()).pathname);
    await sees('It has arrived.');
  });

  await test.step('what the buyer says of it, and who runs the shop of that', async () => {
    await buyer.getByRole('link', {name: planter.name}).click();
    await buyer.getByRole('button', {name: 'Write a review'}).click();
    await fillReview(buyer);
    await buyer.getByRole('button', {name: 'Publish'}).click();
    const own = buyer.getByRole('region', {name: 'Your review'});
    await expect(own.getByRole('heading', {name: review.title})).toBeVisible();
    await seesPicture(own);
    await open(operator, '/shop/desk');
    await operator.getByRole('button', {name: `Hide “${review.title}”`}).click();
    await expect(operator.getByText('Hidden', {exact: true})).toBeVisible();
    await settled(operator);
    await open(buyer, planter.path);
    await expect(own.getByText('Hidden by the shop')).toBeVisible();
  });
});
