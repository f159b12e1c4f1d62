// Made by tools/types.mjs of the documents of this package.
import type {Operation} from '@shop/parts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** The steps of the loyalty programme, lowest first. */
export type Tier =
  /** Everybody begins here. */
  | 'BRONZE'
  /** After ten orders. */
  | 'SILVER'
  /** After fifty orders. */
  | 'GOLD';

/** An address for the address book. */
export type SaveAddressInput = {
  /** The address to change; leave it out for another one. */
  id?: string | number | null | undefined;
  /** Who receives what is sent there: 1 to 80 characters. */
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

/** An address to be removed from the address book. */
export type RemoveAddressInput = {
  /** The address's id. */
  id: string | number;
};

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

export type AccountFragment = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null, username: string, email: string | null, tier: Tier | null, joinedAt: string | null, reviewCount: number | null, addresses: Array<{ __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string }> | null, orders: { __typename: 'OrderConnection', totalCount: number, nodes: Array<{ __typename: 'Order', id: string, state: OrderState, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }> } | null }> }> } | null } | null };

export type AccountAddressFragment = { __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string };

export type SaveAddressMutationVariables = Exact<{
  input: SaveAddressInput;
}>;


export type SaveAddressMutation = { __typename: 'Mutation', saveAddress: { __typename: 'UserPayload', user: { __typename: 'User', id: string, addresses: Array<{ __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string }> | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type RemoveAddressMutationVariables = Exact<{
  input: RemoveAddressInput;
}>;


export type RemoveAddressMutation = { __typename: 'Mutation', removeAddress: { __typename: 'UserPayload', user: { __typename: 'User', id: string, addresses: Array<{ __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string }> | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export const SaveAddress: Operation<SaveAddressMutation, SaveAddressMutationVariables> = {name: 'SaveAddress', id: 'f7d91f585b9fde4b4f6db189727805c60669147404b21a5a9be0e1a490bfbb11'};
export const RemoveAddress: Operation<RemoveAddressMutation, RemoveAddressMutationVariables> = {name: 'RemoveAddress', id: '8067ab0c60f398155447793f492d5fb6157ede75954d126e9a80e734986746b8'};
