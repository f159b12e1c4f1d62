// Made by tools/types.mjs of the documents of this package.
import type {Operation} from '@shop/parts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

export type ReviewsFragment = { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export type ReviewsOfAllFragment = { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export type ReviewTextFragment = { __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null };

export type OwnReviewFragment = { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null };

export type MoreReviewsQueryVariables = Exact<{
  upc: string | number;
  after?: string | null | undefined;
  sort: ReviewSort;
  filter?: ReviewFilter | null | undefined;
}>;


export type MoreReviewsQuery = { __typename: 'Query', product: { __typename: 'Product', upc: string, page: { __typename: 'ReviewConnection', totalCount: number, nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type WriteReviewMutationVariables = Exact<{
  input: AddReviewInput;
}>;


export type WriteReviewMutation = { __typename: 'Mutation', writeReview: { __typename: 'ReviewPayload', review: { __typename: 'Review', id: string, product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type EditReviewMutationVariables = Exact<{
  input: EditReviewInput;
}>;


export type EditReviewMutation = { __typename: 'Mutation', editReview: { __typename: 'ReviewPayload', review: { __typename: 'Review', id: string, product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type DeleteReviewMutationVariables = Exact<{
  input: DeleteReviewInput;
}>;


export type DeleteReviewMutation = { __typename: 'Mutation', deleteReview: { __typename: 'DeleteReviewPayload', product: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ownReview: { __typename: 'Review', hidden: boolean, hiddenBecause: string | null, version: number, id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null } | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null, userErrors: Array<{ __typename: 'UserError', field: string | null, message: string, code: string }> } };

export type ReviewsOfProductSubscriptionVariables = Exact<{
  upc: string | number;
}>;


export type ReviewsOfProductSubscription = { __typename: 'Subscription', reviewsChanged: { __typename: 'Product', upc: string, averageRating: number | null, reviewCount: number | null, ratingHistogram: Array<{ __typename: 'RatingCount', stars: number, count: number }> | null, reviewsConnection: { __typename: 'ReviewConnection', nodes: Array<{ __typename: 'Review', id: string, rating: number, title: string | null, body: string | null, verified: boolean, createdAt: string | null, author: { __typename: 'User', id: string, name: string | null } | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null } | null };

export const MoreReviews: Operation<MoreReviewsQuery, MoreReviewsQueryVariables> = {name: 'MoreReviews', id: '094430abc071d9141f25d167c22e5e7d249bbb14427611686c32647852a94fa1'};
export const WriteReview: Operation<WriteReviewMutation, WriteReviewMutationVariables> = {name: 'WriteReview', id: '7d68f2312d52150ee5f972643c7a0045530320c803e95f122abf7b4d813df4a0'};
export const EditReview: Operation<EditReviewMutation, EditReviewMutationVariables> = {name: 'EditReview', id: '7e16b639a8298a9827b5bab6dbb4ab894fd0ed6e37bbf1efa27dedf33c9805a4'};
export const DeleteReview: Operation<DeleteReviewMutation, DeleteReviewMutationVariables> = {name: 'DeleteReview', id: '0f2ee6a372d56df6e90d59e97404340e24eaaa11ce0dbbfe1f42f97ef6a46b55'};
export const ReviewsOfProduct: Operation<ReviewsOfProductSubscription, ReviewsOfProductSubscriptionVariables> = {name: 'ReviewsOfProduct', id: 'a3414b72c1735ef4621390ba1e3211a89dbf0ccc34a008494c69277e71839708'};
