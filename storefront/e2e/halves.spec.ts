import {createServer} from 'node:http';
import {type AddressInfo} from 'node:net';
import {expect, test} from '@playwright/test';
import {still, watchLayout} from './layout.ts';

test('a page that comes in two halves does not move', async ({page, baseURL}) => {
  const shop = new URL('/shop/', baseURL);
  const text = await (await fetch(shop)).text();
  const half = text.indexOf('/account"><svg'); // within the bar
  expect(half).toBeGreaterThan(0);
  const slow = createServer(async (request, response) => {
    if (request.url === shop.pathname) {
      response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'});
      response.write(text.slice(0, half));
      setTimeout(() => response.end(text.slice(half)), 700);
      return;
    }
    const asset = await fetch(new URL(request.url ?? '/', shop));
    response.writeHead(asset.status, {'Content-Type': asset.headers.get('Content-Type') ?? ''});
    response.end(Buffer.from(await asset.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => slow.once('listening', listening));
  await page.addInitScript(watchLayout);
  await page.goto(`http://127.0.0.1:${(slow.address() as AddressInfo).port}${shop.pathname}`);
  await still(page);
  slow.close();
});
