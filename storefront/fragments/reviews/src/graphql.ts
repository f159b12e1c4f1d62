// Made by tools/types.mjs of the documents of this package.
import type {Operation} from '@shop/parts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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
};

export type ReviewsFragment = { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, reviews: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }> | null };

export type ReviewTextFragment = { __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null };

export type AddReviewMutationVariables = Exact<{
  input: AddReviewInput;
}>;


export type AddReviewMutation = { __typename: 'Mutation', addReview: { __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, reviews: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }> | null } | null, author: { __typename: 'User', id: string, name: string | null } | null } | null };

export type ReviewsOfProductSubscriptionVariables = Exact<{
  upc: string | number;
}>;


export type ReviewsOfProductSubscription = { __typename: 'Subscription', reviewsChanged: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, reviews: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }> | null } | null };

export const AddReview: Operation<AddReviewMutation, AddReviewMutationVariables> = {name: 'AddReview', id: 'c1489da6c78cf6b491270ffcf80cfb8d664c969a50b4f423249a4d62671beaa3'};
export const ReviewsOfProduct: Operation<ReviewsOfProductSubscription, ReviewsOfProductSubscriptionVariables> = {name: 'ReviewsOfProduct', id: '6e8a4c1e9e8d2a527a51ac3e865cc1dc3f42fb6c0906a3b6179e07a1e0b66fd3'};
