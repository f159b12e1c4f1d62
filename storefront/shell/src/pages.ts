import type {Operation} from '../../parts/src/contract.ts';
import {AccountPage, CartPage, CatalogPage, DeskPage, NoPage, OrderPage, ProductPage, type DeskPageQueryVariables, type ProductSort} from './graphql.ts';

// Which pages there are: the operation of each, and which fragments stand where.

/** Spot is where an element of a fragment stands, and which part of the answer is its data. */
export interface Spot {
  readonly fragment: string;
  readonly element: string;
  /** What people call it, for the fallback. */
  readonly title: string;
  /** undefined: not there yet. null: there is none. */
  readonly pick: (data: any) => unknown; // eslint-disable-line @typescript-eslint/no-explicit-any
  /** Spots that are not the page's first appear below it when it is there. */
  readonly below?: boolean;
}

export interface Page {
  readonly path: RegExp;
  readonly title: string;
  readonly operation: Operation<unknown, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
  readonly variables: (path: string[], query: URLSearchParams) => Record<string, unknown>;
  readonly spots: readonly Spot[];
  /** The title when the data are there. */
  readonly titled?: (data: any) => string | undefined; // eslint-disable-line @typescript-eslint/no-explicit-any
}

const whole = (data: unknown): unknown => data ?? undefined;

export const pages: readonly Page[] = [
  {
    path: /^\/$/,
    title: 'Things for the house',
    operation: CatalogPage,
    variables: (_, query) => {
      const search = (query.get('q') ?? '').trim().split(/\s+/).slice(0, 8).join(' ').slice(0, 100);
      const filter = {
        query: search || undefined,
        categoryIds: several(query, 'category'),
        brandIds: several(query, 'brand'),
        minPrice: cents(query.get('min')),
        maxPrice: cents(query.get('max')),
        attributes: attributes(several(query, 'is') ?? []),
      };
      const sort: ProductSort = (['BEST_SELLING', 'NEWEST', 'PRICE_ASC', 'PRICE_DESC'] as const)
        .find((s) => s === query.get('sort')) ?? 'BEST_SELLING';
      return {first: 24, filter, sort, search: search || '-', searching: search !== ''};
    },
    spots: [{fragment: 'catalog', element: 'shop-catalog', title: 'The catalog', pick: whole}],
  },
  {
    path: /^\/p\/([^/]+)$/,
    title: 'Product',
    operation: ProductPage,
    variables: ([upc]) => ({upc}),
    spots: [
      {fragment: 'product', element: 'shop-product', title: 'The product', pick: (data) => data?.product},
      {fragment: 'reviews', element: 'shop-reviews', title: 'Reviews', pick: (data) => data?.product, below: true},
    ],
    titled: (data) => data?.product?.name,
  },
  {
    path: /^\/cart$/,
    title: 'Your cart',
    operation: CartPage,
    variables: () => ({}),
    spots: [{fragment: 'cart', element: 'shop-cart', title: 'The cart', pick: whole}],
  },
  {
    path: /^\/orders\/([^/]+)$/,
    title: 'Your order',
    operation: OrderPage,
    variables: ([order]) => ({order}),
    spots: [{fragment: 'cart', element: 'shop-order', title: 'The order', pick: (data) => data?.order}],
  },
  {
    path: /^\/account$/,
    title: 'Your account',
    operation: AccountPage,
    variables: () => ({}),
    spots: [{fragment: 'account', element: 'shop-account', title: 'The account', pick: whole}],
  },
  {
    path: /^\/desk$/,
    title: 'Desk',
    operation: DeskPage,
    variables: (_, query) => ({state: (query.get('state') || null) as DeskPageQueryVariables['state']}),
    spots: [{fragment: 'desk', element: 'shop-desk', title: 'The desk', pick: whole}],
  },
];

export const noPage: Page = {path: /./, title: 'Not found', operation: NoPage, variables: () => ({}), spots: []};

/** pageAt finds the page of an address below the shop's, and what the address says. */
export function pageAt(path: string): {page: Page; parts: string[]} {
  for (const page of pages) {
    const found = page.path.exec(path);
    if (found) return {page, parts: found.slice(1).map(decoded)};
  }
  return {page: noPage, parts: []};
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** several are the values of a name, or undefined when there are none. */
function several(query: URLSearchParams, name: string): string[] | undefined {
  const values = query.getAll(name).filter(Boolean).slice(0, 20);
  return values.length ? values : undefined;
}

/** attributes reads "Material:Oak": values of one name are choices, names go together. */
function attributes(texts: readonly string[]): {name: string; values: string[]}[] | undefined {
  const values = new Map<string, string[]>();
  for (const text of texts) {
    const [name = '', value] = text.split(/:(.*)/s);
    if (value) values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values.size ? [...values].slice(0, 5).map(([name, list]) => ({name, values: list})) : undefined;
}

function cents(text: string | null): number | undefined {
  const amount = text ? Math.round(Number(text) * 100) : NaN;
  return Number.isFinite(amount) && amount >= 0 ? Math.min(amount, 2_000_000_000) : undefined;
}
