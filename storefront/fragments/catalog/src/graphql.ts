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
  /** Only products of one of these categories: 1 to 20. */
  categoryIds?: Array<string | number> | null | undefined;
  /** Only products of one of these brands: 1 to 20. */
  brandIds?: Array<string | number> | null | undefined;
  /**
   * Only products whose name or description has, for every word of this text, one that begins with it: one to eight words,
   * at most 100 characters.
   */
  query?: string | null | undefined;
  /** Only products that are like this in every respect: at most 5. */
  attributes?: Array<AttributeFilter> | null | undefined;
  /** Only products that cost at least this much, in cents. */
  minPrice?: number | null | undefined;
  /** Only products that cost at most this much, in cents. */
  maxPrice?: number | null | undefined;
};

/** What products must be like in one respect. */
export type AttributeFilter = {
  /** In which respect, for example `Material`. */
  name: string;
  /** One of these values: 1 to 20. */
  values: Array<string>;
};

export type CatalogFragment = { __typename: 'Query', categories: Array<{ __typename: 'Category', id: string, name: string }> | null, brands: Array<{ __typename: 'Brand', id: string, name: string }> | null, products: { __typename: 'ProductConnection', totalCount: number, nodes: Array<{ __typename: 'Product', upc: string, name: string, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, category: { __typename: 'Category', id: string, name: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, brand: { __typename: 'Brand', id: string, name: string } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null }, facets: { __typename: 'ProductFacets', categories: Array<{ __typename: 'CategoryFacet', count: number, category: { __typename: 'Category', id: string, name: string } }>, brands: Array<{ __typename: 'BrandFacet', count: number, brand: { __typename: 'Brand', id: string, name: string } }>, prices: Array<{ __typename: 'PriceFacet', from: number, to: number | null, count: number }>, attributes: Array<{ __typename: 'AttributeFacet', name: string, values: Array<{ __typename: 'AttributeValueFacet', value: string, count: number }> }> } } | null, search?: { __typename: 'SearchConnection', nodes: Array<
      | { __typename: 'Product' }
      | { __typename: 'Category', id: string, name: string }
      | { __typename: 'Brand', id: string, name: string }
    > } | null };

export type CatalogCardFragment = { __typename: 'Product', upc: string, name: string, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, category: { __typename: 'Category', id: string, name: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, brand: { __typename: 'Brand', id: string, name: string } | null };

export type MoreProductsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: ProductFilter | null | undefined;
  sort: ProductSort;
}>;


export type MoreProductsQuery = { __typename: 'Query', products: { __typename: 'ProductConnection', nodes: Array<{ __typename: 'Product', upc: string, name: string, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, category: { __typename: 'Category', id: string, name: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, brand: { __typename: 'Brand', id: string, name: string } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export const MoreProducts: Operation<MoreProductsQuery, MoreProductsQueryVariables> = {name: 'MoreProducts', id: '7a78d276cd8c133d4cc3df6ed49a01b46fea4343d660b955c3964c2b8b97fc68'};
