import {at, complaints, count, day, define, Fragment, looks, told, unavailable, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {
  DeleteReview, EditReview, MoreReviews, RemoveReviewPicture, ReviewsOfProduct, WriteReview,
  type MoreReviewsQuery, type OwnReviewFragment, type ReviewsFragment, type ReviewSort, type ReviewTextFragment,
} from './graphql.ts';
import {histogram} from './histogram.ts';
import {choose, forget, most, pictureLooks, shown} from './pictures.ts';
import {formLooks, reviewForm, type Draft} from './review-form.ts';

type Page = NonNullable<NonNullable<MoreReviewsQuery['product']>['page']>;

/** Reviews is what people say about a product, as they say it, and a form to join in. */
class Reviews extends Fragment<Partial<ReviewsFragment> & {upc: string | number}> {
  static override properties = {
    ...Fragment.properties, draft: {state: true}, busy: {state: true}, errors: {state: true}, stars: {state: true}, sort: {state: true}, pages: {state: true},
  };

  private declare draft: Draft | undefined;
  private declare busy: boolean;
  private declare errors: readonly UserError[];
  /** Only reviews with so many stars; 0 is all. */
  private declare stars: number;
  private declare sort: ReviewSort;
  /** What was asked for beyond the page's answer. */
  private declare pages: readonly Page[];
  private known = new Set<string>();

  constructor() {
    super();
    this.busy = false;
    this.errors = [];
    this.stars = 0;
    this.sort = 'NEWEST';
    this.pages = [];
  }

  static override styles = [...looks, formLooks, pictureLooks, css`
    :host { min-height: 36rem; }
    .all { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: clamp(1.5rem, 4vw, 3.5rem); align-items: start; }
    .sum { display: grid; gap: 1rem; position: sticky; top: 5.5rem; }
    .mean { display: flex; align-items: center; gap: .8rem; font-size: 1.15rem; }
    .mean b { font: 600 2.6rem/1 var(--display); }
    button.bar { display: grid; grid-template-columns: 4rem 1fr 1.6rem; gap: .6rem; align-items: center; width: 100%; min-height: 2rem; padding: .2rem .5rem; margin-left: -.5rem;
      border-radius: .5rem; background: none; color: var(--ink); font-size: .88rem; font-weight: 450; text-align: left; }
    button.bar:hover:not(:disabled), button.bar[aria-pressed=true] { background: var(--tint); }
    button.bar[aria-pressed=true] { font-weight: 650; }
    button.bar:disabled { opacity: 1; color: var(--ink-soft); cursor: default; }
    button.bar svg { display: block; width: 100%; height: .5rem; border-radius: 1rem; fill: var(--star); }
    button.bar .all { fill: var(--star-off); }
    button.bar > span:last-child { text-align: right; color: var(--ink-soft); }
    .head { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center; min-height: 2.75rem; margin-bottom: .5rem; }
    .head select { width: auto; }
    .list > li, .own { padding: 1.2rem 0; border-bottom: 1px solid var(--edge); display: grid; gap: .4rem; }
    .own { border: 1px solid var(--edge-strong); border-radius: var(--round); padding: 1.1rem 1.25rem; margin-bottom: 1rem; }
    .who { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: center; font-size: .9rem; color: var(--ink-soft); }
    .list h3, .own h3 { font-family: inherit; letter-spacing: 0; }
    .more { display: grid; justify-items: center; padding-top: 1.25rem; }
    @media (max-width: 48rem) { .all { grid-template-columns: minmax(0, 1fr); } .sum { position: static; } }
    @media (prefers-reduced-motion: no-preference) { .new { animation: appear 1.5s ease-out; } @keyframes appear { from { background: var(--tint); } } }
  `];

  private async write(event: Event): Promise<void> {
    event.preventDefault();
    const {data, draft} = this;
    if (!data || !draft) return;
    const form = new FormData(event.target as HTMLFormElement);
    this.draft = {...draft, title: String(form.get('title')), body: String(form.get('body'))};
    const {id, rating, title, body, pictures = []} = this.draft;
    if (rating === 0) {
      this.errors = [{field: 'input.rating', message: 'Please say how many stars.', code: 'BAD_USER_INPUT'}];
      return;
    }
    await this.attempt(async () => {
      const {review, userErrors} = id
        ? (await this.shop.run(EditReview, {input: {id, rating, title, body}})).editReview
        : (await this.shop.run(WriteReview, {input: {upc: data.upc, rating, title, body, pictures: pictures.map(({file, alt}) => ({file, alt}))}})).writeReview;
      if (review) {
        forget(pictures);
        this.draft = undefined;
        this.choose(0);
        this.shop.say('Thank you. Your review is there.');
      }
      return userErrors;
    });
  }

  /** Takes files for the draft. */
  private async add(files: readonly File[]): Promise<void> {
    const {draft} = this;
    const before = draft?.pictures ?? [];
    if (!draft || files.length === 0) return;
    const said = (message: string): void => { this.errors = [{field: 'input.pictures', message, code: 'BAD_USER_INPUT'}]; };
    if (before.length + files.length > most) return said('A review has at most three pictures.');
    try {
      const chosen = await choose(files);
      if (this.draft) this.draft = {...this.draft, pictures: [...before, ...chosen]};
      this.errors = [];
    } catch {
      said('This file is no picture that can be shown. Please choose a JPEG, PNG or WebP.');
    }
  }

  private removePicture(reviewId: string, pictureId: string): void {
    void this.attempt(async () => {
      const {userErrors} = (await this.shop.run(RemoveReviewPicture, {input: {reviewId, pictureId}})).removeReviewPicture;
      if (userErrors.length === 0) this.shop.say('The picture is gone.');
      return userErrors;
    });
  }

  private takeBack(own: OwnReviewFragment): void {
    void this.attempt(async () => {
      const {userErrors} = (await this.shop.run(DeleteReview, {input: {id: own.id, expectedVersion: own.version}})).deleteReview;
      if (userErrors.length === 0) this.shop.say('Your review is gone.');
      return userErrors;
    });
  }

  private async attempt(what: () => Promise<readonly UserError[]>): Promise<void> {
    this.busy = true;
    this.errors = [];
    try {
      this.errors = await what();
    } catch (error) {
      this.errors = told(error);
    } finally {
      this.busy = false;
    }
  }

  private choose(stars: number, sort: ReviewSort = 'NEWEST'): void {
    this.stars = stars;
    this.sort = sort;
    this.pages = [];
    if (stars || sort !== 'NEWEST') void this.fetchPage(null);
  }

  private async fetchPage(after: string | null): Promise<void> {
    const {data, stars, sort} = this;
    if (!data) return;
    try {
      const {product} = await this.shop.run(MoreReviews, {upc: data.upc, after, sort, filter: stars ? {rating: stars} : null});
      if (product?.page && stars === this.stars && sort === this.sort) this.pages = [...this.pages, product.page];
    } catch {
      this.shop.say('More reviews could not be fetched. Please try again.');
    }
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    const upc = String(data.upc);
    this.follow(upc, () => [this.shop.watch(ReviewsOfProduct, {upc}, () => {})]);
    if (!('reviewsConnection' in data)) return html`<h2>What people say</h2><p class="hidden" role="status">Reviews are on their way.</p>`;
    const first = data.reviewsConnection;
    if (!first) return html`<h2>What people say</h2><br>${unavailable('Reviews', this.shop)}`;
    const {averageRating, reviewCount, ratingHistogram, ownReview} = data;
    // The newest ones of all come with the page, and by events; others are asked for.
    const pages = this.stars || this.sort !== 'NEWEST' ? this.pages : [first, ...this.pages];
    const list = [...new Map(pages.flatMap((p) => p.nodes).map((r) => [r.id, r])).values()].filter((r) => r.id !== ownReview?.id);
    const begun = this.known.size > 0;
    const fresh = new Set(begun ? first.nodes.filter((r) => !this.known.has(r.id)).map((r) => r.id) : []);
    for (const {id} of first.nodes) if (!begun) this.known.add(id);
    const next = pages.at(-1)?.pageInfo;
    return html`<div class="all">
      <div class="sum">
        <h2>What people say</h2>
        ${averageRating === null || averageRating === undefined ? html`<p class="muted">Nobody has said anything yet.</p>` : html`
          <p class="mean"><b>${new Intl.NumberFormat(undefined, {maximumFractionDigits: 1, minimumFractionDigits: 1}).format(averageRating)}</b>
            <shop-stars .rating=${averageRating}></shop-stars></p>
          <p class="muted" aria-live="polite">${count(reviewCount ?? 0, 'review')}</p>
          ${ratingHistogram ? histogram(ratingHistogram, this.stars, (stars) => this.choose(stars, this.sort)) : nothing}`}
        ${this.draft || ownReview ? nothing : this.shop.session.signedIn
          ? html`<button class="quiet write" @click=${() => { this.draft = {rating: 0, title: '', body: ''}; }}>Write a review</button>`
          : html`<p class="muted"><a href=${at(`/account?then=/p/${upc}`)}>Sign in</a> to write one.</p>`}
      </div>
      <div>
        ${this.draft ? reviewForm(this.draft, this.errors, this.busy, (rating) => { this.draft = {...this.draft as Draft, rating}; },
          (e) => void this.write(e), () => { forget(this.draft?.pictures ?? []); this.draft = undefined; this.errors = []; },
          (files) => void this.add(files), (pictures) => { this.draft = {...this.draft as Draft, pictures}; }) : nothing}
        ${ownReview && !this.draft ? this.own(ownReview) : nothing}
        ${(reviewCount ?? 0) > 1 ? html`<div class="head"><p class="muted">${this.stars ? `Only ${count(this.stars, 'star')}` : 'From everybody'}</p>
          <label class="sort">Sort by <select @change=${(e: Event) => this.choose(this.stars, (e.target as HTMLSelectElement).value as ReviewSort)}>
            ${([['NEWEST', 'Newest'], ['HIGHEST', 'Best'], ['LOWEST', 'Worst']] as const).map(([value, text]) => html`<option value=${value} ?selected=${value === this.sort}>${text}</option>`)}
          </select></label></div>` : nothing}
        <ul class="list">${list.map((r) => html`<li class=${fresh.has(r.id) ? 'new' : ''}>${this.review(r)}</li>`)}</ul>
        ${next?.hasNextPage ? html`<div class="more"><button class="quiet" @click=${() => void this.fetchPage(next.endCursor)}>More reviews</button></div>` : nothing}
      </div>
    </div>`;
  }

  private review(r: ReviewTextFragment, own = false) {
    return html`<h3>${r.title}</h3>
      <p class="who"><shop-stars .rating=${r.rating}></shop-stars> <span>${r.author?.name ?? 'Somebody'}</span>
        ${r.createdAt ? html`<time datetime=${r.createdAt}>${day(r.createdAt)}</time>` : nothing}
        ${r.verified ? html`<span class="tag good">Bought here</span>` : nothing}</p>
      <p>${r.body}</p>
      ${shown(r.pictures ?? [], this.shop.session.operator || own ? (p) => this.removePicture(String(r.id), String(p.id)) : undefined)}`;
  }

  private own(own: OwnReviewFragment) {
    return html`<section class="own" aria-label="Your review">
      ${own.hidden ? html`<p><span class="tag bad">Hidden by the shop</span> ${own.hiddenBecause ?? ''}</p>` : nothing}
      ${this.review(own, true)}
      ${complaints(this.errors, [])}
      <div class="row"><button class="quiet small" @click=${() => { this.draft = {id: own.id, rating: own.rating, title: own.title ?? '', body: own.body ?? ''}; }}>Edit</button>
        <button class="quiet small" ?disabled=${this.busy} @click=${() => this.takeBack(own)}>Delete</button></div>
    </section>`;
  }
}

define('shop-reviews', Reviews);
