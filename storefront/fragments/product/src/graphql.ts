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

/** Pieces of a product for a cart. */
export type AddToCartInput = {
  /** A guest's cart; leave it out for the signed-in person's own, or for a new one. */
  cartId?: string | number | null | undefined;
  /** The product code. */
  upc: string | number;
  /** How many pieces more: 1 to 100. */
  quantity?: number;
};

export type ProductFragment = { __typename: 'Product', upc: string, name: string, description: string | null, weight: number, archivedAt: string | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, variants: Array<{ __typename: 'Variant', sku: string, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, product: { __typename: 'Product', upc: string, name: string, archivedAt: string | null } }>, dimensions: { __typename: 'Dimensions', width: number, height: number, depth: number } | null, category: { __typename: 'Category', id: string, name: string } | null, brand: { __typename: 'Brand', id: string, name: string, description: string | null, country: string | null } | null, availability: { __typename: 'Availability', available: number } | null };

export type ProductStockFragment = { __typename: 'Product', upc: string, availability: { __typename: 'Availability', available: number } | null };

export type ProductMoreFragment = { __typename: 'Product', upc: string, standard: number | null, express: number | null, stock: Array<{ __typename: 'StockLevel', quantity: number, restockAt: string | null, warehouse: { __typename: 'Warehouse', id: string, name: string, city: string } | null }> | null, related: Array<{ __typename: 'Product', upc: string, name: string, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }> }> | null };

export type AddToCartMutationVariables = Exact<{
  input: AddToCartInput;
}>;


export type AddToCartMutation = { __typename: 'Mutation', addToCart: { __typename: 'CartPayload', cart: { __typename: 'Cart', id: string, quantity: number } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type StockOfProductSubscriptionVariables = Exact<{
  upc: string | number;
}>;


export type StockOfProductSubscription = { __typename: 'Subscription', stockChanged: { __typename: 'Product', upc: string, availability: { __typename: 'Availability', available: number } | null } | null };

export type PriceOfProductSubscriptionVariables = Exact<{
  upc: string | number;
}>;


export type PriceOfProductSubscription = { __typename: 'Subscription', productChanged: { __typename: 'Product', upc: string, name: string, description: string | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency } } | null };

export const AddToCart: Operation<AddToCartMutation, AddToCartMutationVariables> = {name: 'AddToCart', id: '77206d5d22552430882d6f990f88163227709ad5ce06a523c3312f0fb9d3fb3a'};
export const StockOfProduct: Operation<StockOfProductSubscription, StockOfProductSubscriptionVariables> = {name: 'StockOfProduct', id: '4ddb1b1ef1223a49a1808adfc0519d348d1c693e69cc7702e09f19a4a7ca0271'};
export const PriceOfProduct: Operation<PriceOfProductSubscription, PriceOfProductSubscriptionVariables> = {name: 'PriceOfProduct', id: '4973e14ae866a83e3c6f845d7df9cdda4640efbed27269cd34f8ebab7c59ff4c'};
