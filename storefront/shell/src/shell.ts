import {at} from '@shop/parts';
import {ask} from './client.ts';
import {pageAt, type Page} from './pages.ts';
import {Place} from './place.ts';
import {session} from './session.ts';
import {PageShop} from './shop.ts';

const name = document.title;
const main = document.getElementById('page') as HTMLElement;
const said = document.getElementById('said') as HTMLElement;
const shop = new PageShop();

let page: Page | undefined;
let address = '';
let places: {place: Place; spot: Page['spots'][number]}[] = [];
let params: Record<string, string> = {};
let variables: Record<string, unknown> = {};
let loading: AbortController | undefined;

/** load shows the page of the browser's address. */
async function load(moved: boolean): Promise<void> {
  loading?.abort();
  const mine = loading = new AbortController();
  const path = location.pathname.slice(at('').length) || '/';
  const query = new URLSearchParams(location.search);
  const {page: next, parts} = pageAt(path);
  const fresh = next !== page || path !== address;
  [page, address] = [next, path];
  params = {...Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join('|')])), ...Object.fromEntries(parts.map((part, i) => [String(i), part]))};
  if (fresh) {
    places = next.spots.map((spot) => ({spot, place: new Place(spot, shop, show)}));
    shop.answer = {data: null, errors: [], complete: false};
    main.replaceChildren(...places.filter(({spot}) => !spot.below).map(({place}) => place.element));
    document.title = `${next.title} · ${name}`;
    if (next.spots.length === 0) notFound();
  }
  main.setAttribute('aria-busy', 'true');
  if (moved && fresh) {
    scrollTo(0, 0);
    main.focus({preventScroll: true});
  }
  try {
    await session.fresh();
    variables = {cart: session.guestCart, ...next.variables(parts, query)};
    await ask(next.operation, variables, (answer) => {
      if (mine !== loading) return;
      shop.answer = answer as typeof shop.answer;
      show();
    }, {signal: mine.signal});
  } catch (error) {
    if (mine === loading) unreachable(error);
  } finally {
    if (mine === loading) main.removeAttribute('aria-busy');
  }
}

/** show hands the answer to the places and to the bar. */
function show(): void {
  const {data, errors} = shop.answer;
  if (!page) return;
  if (!data) {
    unreachable(errors[0]?.message);
    return;
  }
  const first = page.spots[0];
  if (first && first.pick(data) === null) {
    if (errors.length > 0) unreachable(errors[0]?.message);
    else notFound();
    bar();
    return;
  }
  document.title = `${page.titled?.(data) ?? page.title} · ${name}`;
  for (const {place, spot} of places) {
    place.show(spot.pick(data), errors, params, variables);
    // What is below waits for what is above it, so that nothing is pushed down.
    if (!place.element.isConnected && (!spot.below || places[0]?.place.settled)) main.append(place.element);
  }
  if (first) main.querySelector(':scope > .fallback')?.remove();
  bar();
}

/** bar shows who is signed in and what the cart has. */
function bar(): void {
  const data = shop.answer.data as {me?: {name: string | null} | null; cart?: {quantity: number} | null} | null;
  const pieces = data?.cart?.quantity ?? 0;
  const count = document.getElementById('pieces') as HTMLElement;
  count.textContent = pieces > 99 ? '99+' : String(pieces);
  count.dataset['none'] = String(pieces === 0);
  (document.getElementById('pieces-said') as HTMLElement).textContent = pieces === 1 ? '1 piece' : `${pieces} pieces`;
  const who = document.getElementById('who') as HTMLElement;
  who.textContent = session.signedIn ? (data?.me?.name?.split(' ')[0] ?? 'Account') : 'Sign in';
  (document.getElementById('desk') as HTMLElement).hidden = !session.operator;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const search = document.querySelector<HTMLInputElement>('.top [name=q]');
  if (search && document.activeElement !== search) search.value = params['q'] ?? '';
}

function notice(title: string, text: string, button?: {text: string; act: () => void}): HTMLElement {
  const box = document.createElement('div');
  box.className = 'fallback';
  box.setAttribute('role', 'status');
  const heading = document.createElement('h1');
  heading.textContent = title;
  const words = document.createElement('p');
  words.textContent = text;
  box.append(heading, words);
  if (button) {
    const act = document.createElement('button');
    act.textContent = button.text;
    act.addEventListener('click', button.act);
    box.append(act);
  } else {
    const home = document.createElement('a');
    home.href = at('/');
    home.textContent = 'See everything we have';
    box.append(home);
  }
  return box;
}

function notFound(): void {
  main.replaceChildren(notice('This page does not exist.', 'It may have moved, or the address has a slip in it.'));
}

function unreachable(error: unknown): void {
  console.warn('The page has no answer:', error instanceof Error ? error.message : error);
  const box = notice('This page cannot be shown at the moment.', 'What it needs does not answer. Please try again.',
    {text: 'Try again', act: () => void load(false)});
  // What was there before stays, with the notice above it.
  if (shop.answer.data && page?.spots[0]?.pick(shop.answer.data)) {
    main.querySelector(':scope > .fallback')?.remove();
    main.prepend(box);
  } else main.replaceChildren(box);
}

shop.changed = show;
shop.reload = () => load(false);
shop.go = (path) => {
  history.replaceState({top: scrollY}, '');
  history.pushState({top: 0}, '', at(path));
  void load(true);
};
let silence: ReturnType<typeof setTimeout>;
shop.say = (text) => {
  said.textContent = text;
  said.dataset['on'] = 'true';
  clearTimeout(silence);
  silence = setTimeout(() => { delete said.dataset['on']; }, 4000);
};

// Links within the shop do not load another page. They may be in shadow trees.
addEventListener('click', (event) => {
  const link = event.composedPath().find((e): e is HTMLAnchorElement => e instanceof HTMLAnchorElement);
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.origin !== location.origin || !`${link.pathname}/`.startsWith(`${at('')}/`) || link.hash) return;
  event.preventDefault();
  shop.go(link.pathname.slice(at('').length) + link.search);
});

document.querySelector('.top form')?.addEventListener('submit', (event) => {
  event.preventDefault();
  const q = new FormData(event.target as HTMLFormElement).get('q')?.toString().trim() ?? '';
  shop.go(q ? `/?q=${encodeURIComponent(q)}` : '/');
});

history.scrollRestoration = 'manual';
addEventListener('popstate', (event) => {
  const top = (event.state as {top?: number} | null)?.top ?? 0;
  void load(true).then(() => scrollTo(0, top));
});
// Another tab has signed in or out.
addEventListener('storage', (event) => {
  if (event.key !== 'shop.signed-in' && event.key !== 'shop.person') return;
  session.forgetTokens();
  void load(false);
});

/** arrive takes in who comes back from the provider's page. */
async function arrive(): Promise<void> {
  const path = location.pathname.slice(at('').length);
  const address = new URL(location.href);
  if (path === '/signed-out') {
    history.replaceState({}, '', at('/account'));
    shop.say('You are signed out.');
  }
  if (path !== '/signed-in') return load(false);
  history.replaceState({}, '', at('/account')); // the code stays in no history
  try {
    const {then, guestCart} = await session.arrive(address);
    if (then) history.replaceState({}, '', at(then));
    shop.say('You are signed in.');
    await session.changed(guestCart);
  } catch (error) {
    console.warn('Nobody is signed in:', error instanceof Error ? error.message : error);
    shop.say('You are not signed in.');
    await load(false);
  }
}

bar();
void arrive();
