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

/** How many pieces of a product come to a warehouse or leave it. */
export type AdjustStockInput = {
  /** The product code. It never changes. */
  upc: string | number;
  /** The warehouse's id. */
  warehouseId: string | number;
  /**
   * A name for this change that the caller makes up, such as a UUID: 1 to 100 characters. A change with a name that was used
   * before is not made again; the answer is the stock as it is now.
   */
  idempotencyKey?: string | number | null | undefined;
  /** How many pieces are added; negative to take away. The rest must not fall below nothing. */
  delta: number;
};

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

/** What a checkout does next, or waits for. */
export type SagaStep =
  /** It waits for stock to be set aside. */
  | 'RESERVE'
  /** It asks for the payment to be authorised. */
  | 'AUTHORISE'
  /** It waits for the stock to be taken out. */
  | 'COMMIT'
  /** It takes the money. */
  | 'CAPTURE'
  /** It gives the money back and waits for the stock to be given back. */
  | 'UNDO'
  /** It has nothing to do any more. */
  | 'DONE';

/** Whether a review is hidden. */
export type ModerateReviewInput = {
  /** The review's id. */
  id: string | number;
  /** Whether it is hidden. */
  hidden: boolean;
  /** Why, for its author to read: 1 to 300 characters. It is not needed to show a review again. */
  reason?: string;
  /** The `version` that was seen; the review is not changed when it has another one by now. Left out, it does not matter. */
  expectedVersion?: number | null | undefined;
};

export type DeskFragment = { __typename: 'Query', orders: { __typename: 'OrderConnection', totalCount: number, nodes: Array<{ __typename: 'Order', id: string, state: OrderState, reason: string | null, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, buyer: { __typename: 'User', id: string, name: string | null } | null, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number }> }> } | null, sagas: { __typename: 'SagaConnection', nodes: Array<{ __typename: 'Saga', step: SagaStep, attempts: number, dueAt: string | null, lastError: string | null, order: { __typename: 'Order', id: string } | null }> } | null, lowStock: { __typename: 'LowStockConnection', nodes: Array<{ __typename: 'Product', upc: string, name: string, totalStock: number | null, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, stock: Array<{ __typename: 'StockLevel', quantity: number, warehouse: { __typename: 'Warehouse', id: string, name: string } | null }> | null }> } | null, reviews: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, hidden: boolean, hiddenBecause: string | null, version: number, author: { __typename: 'User', id: string, name: string | null } | null, product: { __typename: 'Product', upc: string, name: string } | null }> } | null, hiddenReviews: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, hidden: boolean, hiddenBecause: string | null, version: number, author: { __typename: 'User', id: string, name: string | null } | null, product: { __typename: 'Product', upc: string, name: string } | null }> } | null, anomalies: { __typename: 'AnomalyConnection', nodes: Array<{ __typename: 'Anomaly', id: string, signal: string, why: string, startedAt: string }> } | null };

export type DeskOrderFragment = { __typename: 'Order', id: string, state: OrderState, reason: string | null, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, buyer: { __typename: 'User', id: string, name: string | null } | null, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number }> };

export type DeskStockFragment = { __typename: 'Product', upc: string, name: string, totalStock: number | null, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, stock: Array<{ __typename: 'StockLevel', quantity: number, warehouse: { __typename: 'Warehouse', id: string, name: string } | null }> | null };

export type ShipOrderMutationVariables = Exact<{
  id: string | number;
}>;


export type ShipOrderMutation = { __typename: 'Mutation', shipOrder: { __typename: 'OrderPayload', order: { __typename: 'Order', id: string, state: OrderState, reason: string | null, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, buyer: { __typename: 'User', id: string, name: string | null } | null, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number }> } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type DeliverOrderMutationVariables = Exact<{
  id: string | number;
}>;


export type DeliverOrderMutation = { __typename: 'Mutation', deliverOrder: { __typename: 'OrderPayload', order: { __typename: 'Order', id: string, state: OrderState, reason: string | null, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, buyer: { __typename: 'User', id: string, name: string | null } | null, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number }> } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type CallOffOrderMutationVariables = Exact<{
  id: string | number;
}>;


export type CallOffOrderMutation = { __typename: 'Mutation', cancelOrder: { __typename: 'OrderPayload', order: { __typename: 'Order', id: string, state: OrderState, reason: string | null, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, buyer: { __typename: 'User', id: string, name: string | null } | null, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number }> } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type RestockMutationVariables = Exact<{
  input: AdjustStockInput;
}>;


export type RestockMutation = { __typename: 'Mutation', adjustStock: { __typename: 'StockLevel', quantity: number, product: { __typename: 'Product', upc: string, name: string, totalStock: number | null, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, stock: Array<{ __typename: 'StockLevel', quantity: number, warehouse: { __typename: 'Warehouse', id: string, name: string } | null }> | null } | null } | null };

export type DeskReviewFragment = { __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, hidden: boolean, hiddenBecause: string | null, version: number, author: { __typename: 'User', id: string, name: string | null } | null, product: { __typename: 'Product', upc: string, name: string } | null };

export type ModerateReviewMutationVariables = Exact<{
  input: ModerateReviewInput;
}>;


export type ModerateReviewMutation = { __typename: 'Mutation', moderateReview: { __typename: 'ReviewPayload', review: { __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, hidden: boolean, hiddenBecause: string | null, version: number, author: { __typename: 'User', id: string, name: string | null } | null, product: { __typename: 'Product', upc: string, name: string } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export const ShipOrder: Operation<ShipOrderMutation, ShipOrderMutationVariables> = {name: 'ShipOrder', id: '87d1eb2b4c8989710f1c64a12459b95650506934bac67f0eb052a2739de2d68c'};
export const DeliverOrder: Operation<DeliverOrderMutation, DeliverOrderMutationVariables> = {name: 'DeliverOrder', id: 'c3273dae14e2d0b15f4df436d1f64d561dc5e296485902a17ba91f307a215ed0'};
export const CallOffOrder: Operation<CallOffOrderMutation, CallOffOrderMutationVariables> = {name: 'CallOffOrder', id: '38afb0565232e9cb700f98bdd024d7a0dc84020b0ec04e8a5941cd1fda956aa4'};
export const Restock: Operation<RestockMutation, RestockMutationVariables> = {name: 'Restock', id: '9f4ff8c26811441a0fa7406bba877a29e5356c69658c312993ab1c4d55d99c6a'};
export const ModerateReview: Operation<ModerateReviewMutation, ModerateReviewMutationVariables> = {name: 'ModerateReview', id: 'd06d692a36fac8d59f0e3d4096a576be8e2fa70c699aa7bcd1a3e992df8d4fc6'};
