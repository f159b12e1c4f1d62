// What is around the shop. Whoever starts these tests has started the shop, and says here what it has to know of it.

function told(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are started by TestTheShopInPlaywright of cmd/weft`);
  return value;
}

/** The address of the shop. */
export const shop = told('SHOP_URL');

/** The browser's program. */
export const chromium = told('SHOP_CHROMIUM');

/** The code of axe-core. */
export const axeFile = told('SHOP_AXE');

/** Where screenshots are kept, if they are. */
export const screenshots = process.env['WEFT_SCREENSHOTS'];

/** The folder that the storefront is served from, for those that deploy fragments. */
export const storefrontFolder = (): string => told('SHOP_STOREFRONT');

/** Kills a service, does something meanwhile, and starts it again. */
export async function without(service: string, act: () => Promise<void>): Promise<void> {
  await command('kill', service);
  await act();
  await command('start', service);
}

async function command(what: string, service: string): Promise<void> {
  const answer = await fetch(`${told('SHOP_SERVICES')}/${what}/${service}`, {method: 'POST'});
  if (!answer.ok) throw new Error(`${what} ${service}: ${answer.status}`);
}
