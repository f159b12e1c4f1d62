// Made by tools/types.mjs of the documents of this package.
import type {Operation} from '@shop/parts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** The currencies the shop sells in. */
export type Currency =
  /** The euro. */
  | 'EUR'
  /** The United States dollar. */
  | 'USD';

/** The orders a list of products can have. */
export type ProductSort =
  /** What sells best comes first. */
  | 'BEST_SELLING'
  /** What went on sale last comes first. */
  | 'NEWEST'
  /** The lowest price comes first. */
  | 'PRICE_ASC'
  /** The highest price comes first. */
  | 'PRICE_DESC';

/** What products must be like to be listed. A field that is left out does not matter. */
export type ProductFilter = {
  /** Only products of this category. */
  categoryId?: string | number | null | undefined;
  /** Only products of this brand. */
  brandId?: string | number | null | undefined;
  /** Only products that cost at least this much, in cents. */
  minPrice?: number | null | undefined;
  /** Only products that cost at most this much, in cents. */
  maxPrice?: number | null | undefined;
};

export type CatalogFragment = { __typename: 'Query', categories: Array<{ __typename: 'Category', id: string, name: string, productCount: number }> | null, brands: Array<{ __typename: 'Brand', id: string, name: string }> | null, products?: { __typename: 'ProductConnection', totalCount: number, nodes: Array<{ __typename: 'Product', upc: string, name: string, price: number, currency: Currency, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, category: { __typename: 'Category', id: string, name: string } | null, brand: { __typename: 'Brand', id: string, name: string } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null, search?: { __typename: 'SearchConnection', totalCount: number, nodes: Array<
      | { __typename: 'Product', upc: string, name: string, price: number, currency: Currency, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, category: { __typename: 'Category', id: string, name: string } | null, brand: { __typename: 'Brand', id: string, name: string } | null }
      | { __typename: 'Category', id: string, name: string, productCount: number }
      | { __typename: 'Brand', id: string, name: string, description: string | null }
    > } | null };

export type CatalogCardFragment = { __typename: 'Product', upc: string, name: string, price: number, currency: Currency, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, category: { __typename: 'Category', id: string, name: string } | null, brand: { __typename: 'Brand', id: string, name: string } | null };

export type MoreProductsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: ProductFilter | null | undefined;
  sort: ProductSort;
}>;


export type MoreProductsQuery = { __typename: 'Query', products: { __typename: 'ProductConnection', nodes: Array<{ __typename: 'Product', upc: string, name: string, price: number, currency: Currency, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, category: { __typename: 'Category', id: string, name: string } | null, brand: { __typename: 'Brand', id: string, name: string } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export const MoreProducts: Operation<MoreProductsQuery, MoreProductsQueryVariables> = {name: 'MoreProducts', id: '5c91d0b440b8883bee30425230f4f1f6a6c2a06ce5b5822d077841829c3750c4'};
