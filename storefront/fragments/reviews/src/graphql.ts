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

export const MoreReviews: Operation<MoreReviewsQuery, MoreReviewsQueryVariables> = {name: 'MoreReviews', id: '7d0be3b9858d6acfbde169f47a0b9afd9afda6eb6871c8d20f3e1e96eda7ad1a'};
export const WriteReview: Operation<WriteReviewMutation, WriteReviewMutationVariables> = {name: 'WriteReview', id: '32e7eebe9f544b2fde246cab02a062d3dec513572ce5e36bd122c6f648cc45a2'};
export const EditReview: Operation<EditReviewMutation, EditReviewMutationVariables> = {name: 'EditReview', id: '659bd740714b651dfd87cfa5b6009dac49881063fc2da1f5a970217a7cebcdec'};
export const RemoveReviewPicture: Operation<RemoveReviewPictureMutation, RemoveReviewPictureMutationVariables> = {name: 'RemoveReviewPicture', id: 'a032a06183f6f8128500c25443f11a972de2795f0d3accd2c57f7864f721d9f7'};
export const DeleteReview: Operation<DeleteReviewMutation, DeleteReviewMutationVariables> = {name: 'DeleteReview', id: '2b37888c89e2a0dd2ca21625526f2b9c13b81490a72897893ac49fe74a42eadd'};
export const ReviewsOfProduct: Operation<ReviewsOfProductSubscription, ReviewsOfProductSubscriptionVariables> = {name: 'ReviewsOfProduct', id: 'a0aa04333200922e4606694ed32fee0031e6cdc93d7e54a65fa44e0c55abd12e'};
