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

/** Where an order stands. */
export type OrderState =
  /** It was placed; the pieces are being set aside. */
  | 'PLACED'
  /** The pieces are set aside; the money is being asked for. */
  | 'RESERVED'
  /** The payment was authorised; the pieces are being taken out of stock and the money is being taken. */
  | 'AUTHORISED'
  /** It is bought and paid, and waits to be shipped. */
  | 'CONFIRMED'
  /** It is on its way. */
  | 'SHIPPED'
  /** It has arrived. Final. */
  | 'DELIVERED'
  /** There are too few pieces, or the payment was declined. Final. */
  | 'REJECTED'
  /** The buyer or an operator called it off. Final. */
  | 'CANCELLED'
  /** Stock or payment did not answer in time. Final. */
  | 'EXPIRED';

/** How a payment stands. */
export type PaymentState =
  /** The provider was not asked, or has not answered yet. */
  | 'PENDING'
  /** The provider holds the money. */
  | 'AUTHORISED'
  /** The provider has paid the shop. */
  | 'CAPTURED'
  /** The provider will not pay. */
  | 'DECLINED'
  /** The money stays with the buyer, or went back. */
  | 'VOIDED';

/** How many pieces of a product are in a cart. */
export type SetCartQuantityInput = {
  /** A guest's cart; leave it out for the signed-in person's own. */
  cartId?: string | number | null | undefined;
  /** The product code. */
  upc: string | number;
  /** How many pieces: 0 to 100. */
  quantity: number;
};

/** How the signed-in person's cart is ordered. */
export type CheckoutInput = {
  /** A text of the client's, 8 to 100 characters, one for each order: asked again with the same, there is still one order. */
  idempotencyKey: string;
  /** Where it is sent. */
  shipTo: PostalAddressInput;
  /** The payment provider's name for the means of payment: 1 to 200 characters. */
  paymentMethod: string;
  /** The total that the buyer has seen, in the smallest unit; the order is not placed when prices have changed since. */
  expectedTotal?: number | null | undefined;
};

/** Where something is sent to. */
export type PostalAddressInput = {
  /** Who receives it: 1 to 80 characters. */
  name: string;
  /** Street and house number: 1 to 120 characters. */
  street: string;
  /** The postal code: 1 to 16 characters. */
  postalCode: string;
  /** The city: 1 to 80 characters. */
  city: string;
  /** The country as a two-letter ISO 3166-1 code. */
  country: string;
};

export type CartFragment = { __typename: 'Query', cart: { __typename: 'Cart', id: string, quantity: number, total: { __typename: 'Money', minor: number, currency: Currency } | null, lines: Array<{ __typename: 'CartLine', quantity: number, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, total: { __typename: 'Money', minor: number, currency: Currency }, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, availability: { __typename: 'Availability', available: number } | null } | null }> } | null, me: { __typename: 'User', id: string, name: string | null, addresses: Array<{ __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string }> | null } | null };

export type CartLinesFragment = { __typename: 'Cart', id: string, quantity: number, total: { __typename: 'Money', minor: number, currency: Currency } | null, lines: Array<{ __typename: 'CartLine', quantity: number, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, total: { __typename: 'Money', minor: number, currency: Currency }, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, availability: { __typename: 'Availability', available: number } | null } | null }> };

export type OrderFragment = { __typename: 'Order', id: string, placedAt: string, state: OrderState, reason: string | null, total: { __typename: 'Money', minor: number, currency: Currency }, shipTo: { __typename: 'PostalAddress', name: string, street: string, postalCode: string, city: string, country: string }, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number, total: { __typename: 'Money', minor: number, currency: Currency }, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }> } | null }>, payment: { __typename: 'Payment', state: PaymentState }, history: Array<{ __typename: 'OrderStateChange', state: OrderState, at: string }> };

export type OrderProgressFragment = { __typename: 'Order', id: string, state: OrderState, reason: string | null, payment: { __typename: 'Payment', state: PaymentState }, history: Array<{ __typename: 'OrderStateChange', state: OrderState, at: string }> };

export type SetCartQuantityMutationVariables = Exact<{
  input: SetCartQuantityInput;
}>;


export type SetCartQuantityMutation = { __typename: 'Mutation', setCartQuantity: { __typename: 'CartPayload', cart: { __typename: 'Cart', id: string, quantity: number, total: { __typename: 'Money', minor: number, currency: Currency } | null, lines: Array<{ __typename: 'CartLine', quantity: number, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, total: { __typename: 'Money', minor: number, currency: Currency }, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, availability: { __typename: 'Availability', available: number } | null } | null }> } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type PlaceOrderMutationVariables = Exact<{
  input: CheckoutInput;
}>;


export type PlaceOrderMutation = { __typename: 'Mutation', checkout: { __typename: 'CheckoutPayload', order: { __typename: 'Order', id: string } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type CancelOrderMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelOrderMutation = { __typename: 'Mutation', cancelOrder: { __typename: 'OrderPayload', order: { __typename: 'Order', id: string, state: OrderState, reason: string | null, payment: { __typename: 'Payment', state: PaymentState }, history: Array<{ __typename: 'OrderStateChange', state: OrderState, at: string }> } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type ProgressOfOrderSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type ProgressOfOrderSubscription = { __typename: 'Subscription', orderStatusChanged: { __typename: 'Order', id: string, state: OrderState, reason: string | null, payment: { __typename: 'Payment', state: PaymentState }, history: Array<{ __typename: 'OrderStateChange', state: OrderState, at: string }> } | null };

export const SetCartQuantity: Operation<SetCartQuantityMutation, SetCartQuantityMutationVariables> = {name: 'SetCartQuantity', id: 'fcb78d1f8a70940dba8ee5394ad7791ddabdb83aef0826f9cf48a951b36c3a66'};
export const PlaceOrder: Operation<PlaceOrderMutation, PlaceOrderMutationVariables> = {name: 'PlaceOrder', id: 'a61067b79863222df007e5b784eb35c90ea34484274616d81872d8aa0cb5f1a4'};
export const CancelOrder: Operation<CancelOrderMutation, CancelOrderMutationVariables> = {name: 'CancelOrder', id: 'a5937b71d4a8b32ba34f08500e6f12a3398c2429458f4c2be85babe2b27b48e1'};
export const ProgressOfOrder: Operation<ProgressOfOrderSubscription, ProgressOfOrderSubscriptionVariables> = {name: 'ProgressOfOrder', id: '3ccec81220e33d338952e5b5d5196a2defc455bb8d583ce177052270f8b9bb19'};
