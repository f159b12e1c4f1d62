// Made by tools/types.mjs of the documents of this package.
import type {Operation} from '../../parts/src/contract.ts';

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

/** Pieces of a product for a cart. */
export type AddToCartInput = {
  /** A guest's cart; leave it out for the signed-in person's own, or for a new one. */
  cartId?: string | number | null | undefined;
  /** The product code. */
  upc: string | number;
  /** How many pieces more: 1 to 100. */
  quantity?: number;
};

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

/** The orders a list of reviews can have. */
export type ReviewSort =
  /** What was written last comes first. */
  | 'NEWEST'
  /** The best ratings come first, the newest of each before the others. */
  | 'HIGHEST'
  /** The worst ratings come first, the newest of each before the others. */
  | 'LOWEST';

/** What reviews must be like to be listed. A field that is left out does not matter. */
export type ReviewFilter = {
  /** Only reviews with this many stars: 1 to 5. */
  rating?: number | null | undefined;
  /** Only reviews of people who have bought the product here, or only the others. */
  verified?: boolean | null | undefined;
};

/** New values for a review. */
export type EditReviewInput = {
  /** The review's id. */
  id: string | number;
  /** One star (poor) to five stars (excellent). */
  rating?: number | null | undefined;
  /** The headline: 1 to 120 characters. */
  title?: string | null | undefined;
  /** The text: 1 to 4,000 characters. */
  body?: string | null | undefined;
  /** The `version` that was seen; the review is not changed when it has another one by now. Left out, it does not matter. */
  expectedVersion?: number | null | undefined;
};

/** A review to be removed. */
export type DeleteReviewInput = {
  /** The review's id. */
  id: string | number;
  /** The `version` that was seen; the review is not removed when it has another one by now. Left out, it does not matter. */
  expectedVersion?: number | null | undefined;
};

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

/** A review to write. */
export type AddReviewInput = {
  /** The product code of the product. */
  upc: string | number;
  /** One star (poor) to five stars (excellent). */
  rating: number;
  /** The headline: 1 to 120 characters. */
  title: string;
  /** The text: 1 to 4,000 characters. */
  body: string;
  /** What the author shows: at most three pictures. */
  pictures?: Array<ReviewPictureInput> | null | undefined;
};

/** A picture to be shown with a review. */
export type ReviewPictureInput = {
  /**
   * JPEG, PNG or WebP, at most 8 MB and 16 megapixels. It is written anew, at most 1600 pixels long, without what the camera
   * notes in it.
   */
  file: Blob;
  /** What is to be seen, for people who do not see it: up to 200 characters. */
  alt?: string;
};

/** A picture to be removed. */
export type RemoveReviewPictureInput = {
  /** The review's id. */
  reviewId: string | number;
  /** The picture's id. */
  pictureId: string | number;
};

export type CatalogPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
  first: number;
  filter?: ProductFilter | null | undefined;
  sort: ProductSort;
  search: string;
  searching: boolean;
}>;


export type CatalogPageQuery = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null, categories: Array<{ __typename: 'Category', id: string, name: string }> | null, brands: Array<{ __typename: 'Brand', id: string, name: string }> | null, products: { __typename: 'ProductConnection', totalCount: number, nodes: Array<{ __typename: 'Product', upc: string, name: string, inStock: boolean | null, averageRating: number | null, reviewCount: number | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, category: { __typename: 'Category', id: string, name: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, brand: { __typename: 'Brand', id: string, name: string } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null }, facets: { __typename: 'ProductFacets', categories: Array<{ __typename: 'CategoryFacet', count: number, category: { __typename: 'Category', id: string, name: string } }>, brands: Array<{ __typename: 'BrandFacet', count: number, brand: { __typename: 'Brand', id: string, name: string } }>, prices: Array<{ __typename: 'PriceFacet', from: number, to: number | null, count: number }>, attributes: Array<{ __typename: 'AttributeFacet', name: string, values: Array<{ __typename: 'AttributeValueFacet', value: string, count: number }> }> } } | null, search?: { __typename: 'SearchConnection', nodes: Array<
      | { __typename: 'Product' }
      | { __typename: 'Category', id: string, name: string }
      | { __typename: 'Brand', id: string, name: string }
    > } | null };

export type ProductPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
  upc: string | number;
}>;


export type ProductPageQuery = { __typename: 'Query', product: { __typename: 'Product', upc: string, name: string, description: string | null, weight: number, archivedAt: string | null, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, variants: Array<{ __typename: 'Variant', sku: string, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, product: { __typename: 'Product', upc: string, name: string, archivedAt: string | null } }>, dimensions: { __typename: 'Dimensions', width: number, height: number, depth: number } | null, category: { __typename: 'Category', id: string, name: string } | null, brand: { __typename: 'Brand', id: string, name: string, description: string | null, country: string | null } | null, availability: { __typename: 'Availability', available: number } | null } & ({ __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | { __typename: 'Product', upc?: never, averageRating?: never, reviewCount?: never, ownReview?: never, ratingHistogram?: never, reviewsConnection?: never }) & ({ __typename: 'Product', upc: string, standard: number | null, express: number | null, stock: Array<{ __typename: 'StockLevel', quantity: number, restockAt: string | null, warehouse: { __typename: 'Warehouse', id: string, name: string, city: string } | null }> | null, related: Array<{ __typename: 'Product', upc: string, name: string, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }> }> | null } | { __typename: 'Product', upc?: never, standard?: never, express?: never, stock?: never, related?: never }) | null, me: { __typename: 'User', id: string, name: string | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null };

export type CartPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
}>;


export type CartPageQuery = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null, addresses: Array<{ __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string }> | null } | null, cart: { __typename: 'Cart', id: string, quantity: number, total: { __typename: 'Money', minor: number, currency: Currency } | null, lines: Array<{ __typename: 'CartLine', quantity: number, unitPrice: { __typename: 'Money', minor: number, currency: Currency }, total: { __typename: 'Money', minor: number, currency: Currency }, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, availability: { __typename: 'Availability', available: number } | null } | null }> } | null };

export type OrderPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
  order: string | number;
}>;


export type OrderPageQuery = { __typename: 'Query', order: { __typename: 'Order', id: string, placedAt: string, state: OrderState, reason: string | null, total: { __typename: 'Money', minor: number, currency: Currency }, shipTo: { __typename: 'PostalAddress', name: string, street: string, postalCode: string, city: string, country: string }, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number, total: { __typename: 'Money', minor: number, currency: Currency }, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }> } | null }>, payment: { __typename: 'Payment', state: PaymentState }, history: Array<{ __typename: 'OrderStateChange', state: OrderState, at: string }> } | null, me: { __typename: 'User', id: string, name: string | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null };

export type AccountPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
}>;


export type AccountPageQuery = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null, username: string, email: string | null, tier: Tier | null, joinedAt: string | null, reviewCount: number | null, addresses: Array<{ __typename: 'Address', id: string, name: string, street: string, postalCode: string, city: string, country: string }> | null, orders: { __typename: 'OrderConnection', totalCount: number, nodes: Array<{ __typename: 'Order', id: string, state: OrderState, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number, product: { __typename: 'Product', upc: string, name: string, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }> } | null }> }> } | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null };

export type DeskPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
  state?: OrderState | null | undefined;
}>;


export type DeskPageQuery = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null, orders: { __typename: 'OrderConnection', totalCount: number, nodes: Array<{ __typename: 'Order', id: string, state: OrderState, reason: string | null, placedAt: string, total: { __typename: 'Money', minor: number, currency: Currency }, buyer: { __typename: 'User', id: string, name: string | null } | null, lines: Array<{ __typename: 'OrderLine', name: string, quantity: number }> }> } | null, sagas: { __typename: 'SagaConnection', nodes: Array<{ __typename: 'Saga', step: SagaStep, attempts: number, dueAt: string | null, lastError: string | null, order: { __typename: 'Order', id: string } | null }> } | null, lowStock: { __typename: 'LowStockConnection', nodes: Array<{ __typename: 'Product', upc: string, name: string, totalStock: number | null, category: { __typename: 'Category', id: string } | null, attributes: Array<{ __typename: 'Attribute', name: string, value: string }>, stock: Array<{ __typename: 'StockLevel', quantity: number, warehouse: { __typename: 'Warehouse', id: string, name: string } | null }> | null }> } | null, reviews: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, hidden: boolean, hiddenBecause: string | null, version: number, author: { __typename: 'User', id: string, name: string | null } | null, product: { __typename: 'Product', upc: string, name: string } | null }> } | null, hiddenReviews: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, hidden: boolean, hiddenBecause: string | null, version: number, author: { __typename: 'User', id: string, name: string | null } | null, product: { __typename: 'Product', upc: string, name: string } | null }> } | null, anomalies: { __typename: 'AnomalyConnection', nodes: Array<{ __typename: 'Anomaly', id: string, signal: string, why: string, startedAt: string }> } | null };

export type NoPageQueryVariables = Exact<{
  cart?: string | number | null | undefined;
}>;


export type NoPageQuery = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null };

export type ShellFragment = { __typename: 'Query', me: { __typename: 'User', id: string, name: string | null } | null, cart: { __typename: 'Cart', id: string, quantity: number } | null };

export type MergeCartMutationVariables = Exact<{
  cart: string | number;
}>;


export type MergeCartMutation = { __typename: 'Mutation', mergeCart: { __typename: 'CartPayload', cart: { __typename: 'Cart', id: string, quantity: number } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

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

export type ReviewsFragment = { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export type ReviewsOfAllFragment = { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export type ReviewTextFragment = { __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null };

export type OwnReviewFragment = { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null };

export type MoreReviewsQueryVariables = Exact<{
  upc: string | number;
  after?: string | null | undefined;
  sort: ReviewSort;
  filter?: ReviewFilter | null | undefined;
}>;


export type MoreReviewsQuery = { __typename: 'Query', product: { __typename: 'Product', upc: string, page: { __typename: 'ReviewConnection', totalCount: number, nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type WriteReviewMutationVariables = Exact<{
  input: AddReviewInput;
}>;


export type WriteReviewMutation = { __typename: 'Mutation', writeReview: { __typename: 'ReviewPayload', review: { __typename: 'Review', id: string, product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type EditReviewMutationVariables = Exact<{
  input: EditReviewInput;
}>;


export type EditReviewMutation = { __typename: 'Mutation', editReview: { __typename: 'ReviewPayload', review: { __typename: 'Review', id: string, product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type RemoveReviewPictureMutationVariables = Exact<{
  input: RemoveReviewPictureInput;
}>;


export type RemoveReviewPictureMutation = { __typename: 'Mutation', removeReviewPicture: { __typename: 'ReviewPayload', review: { __typename: 'Review', version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type DeleteReviewMutationVariables = Exact<{
  input: DeleteReviewInput;
}>;


export type DeleteReviewMutation = { __typename: 'Mutation', deleteReview: { __typename: 'DeleteReviewPayload', product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type ReviewsOfProductSubscriptionVariables = Exact<{
  upc: string | number;
}>;


export type ReviewsOfProductSubscription = { __typename: 'Subscription', reviewsChanged: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null, pictures: Array<{ __typename: 'ReviewPicture', id: string, url: string, width: number, height: number, alt: string }> | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null };

export const CatalogPage: Operation<CatalogPageQuery, CatalogPageQueryVariables> = {name: 'CatalogPage', id: ''};
export const ProductPage: Operation<ProductPageQuery, ProductPageQueryVariables> = {name: 'ProductPage', id: ''};
export const CartPage: Operation<CartPageQuery, CartPageQueryVariables> = {name: 'CartPage', id: ''};
export const OrderPage: Operation<OrderPageQuery, OrderPageQueryVariables> = {name: 'OrderPage', id: ''};
export const AccountPage: Operation<AccountPageQuery, AccountPageQueryVariables> = {name: 'AccountPage', id: ''};
export const DeskPage: Operation<DeskPageQuery, DeskPageQueryVariables> = {name: 'DeskPage', id: ''};
export const NoPage: Operation<NoPageQuery, NoPageQueryVariables> = {name: 'NoPage', id: ''};
export const MergeCart: Operation<MergeCartMutation, MergeCartMutationVariables> = {name: 'MergeCart', id: 'fbfb1697a79d390e555d112fe171af66ab487882cf6ac50779d4f83c1c50fefb'};
