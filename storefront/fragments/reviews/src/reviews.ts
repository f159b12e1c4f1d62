import {at, complaintOf, complaints, count, day, define, Fragment, looks, told, unavailable, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {AddReview, ReviewsOfProduct, type ReviewsFragment, type ReviewTextFragment} from './graphql.ts';
import {shares} from './shares.ts';

/** Reviews is what people say about a product, as they say it, and a form to join in. */
class Reviews extends Fragment<Partial<ReviewsFragment> & {upc: string | number}> {
  static override properties = {...Fragment.properties, writing: {state: true}, busy: {state: true}, errors: {state: true}, rating: {state: true}};

  private declare writing: boolean;
  private declare busy: boolean;
  private declare errors: readonly UserError[];
  private declare rating: number;
  private known = new Set<string>();

  constructor() {
    super();
    this.writing = false;
    this.busy = false;
    this.errors = [];
    this.rating = 0;
  }

  static override styles = [...looks, css`
    :host { min-height: 36rem; }
    .all { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: clamp(1.5rem, 4vw, 3.5rem); align-items: start; }
    .sum { display: grid; gap: 1rem; position: sticky; top: 5.5rem; }
    .mean { display: flex; align-items: center; gap: .8rem; font-size: 1.15rem; }
    .mean b { font: 600 2.6rem/1 var(--display); }
    .bars { display: grid; gap: .35rem; font-size: .88rem; }
    .bars li { display: grid; grid-template-columns: 3.6rem 1fr 1.6rem; gap: .6rem; align-items: center; }
    .bars i { height: .5rem; border-radius: 1rem; background: var(--star-off); overflow: hidden; display: block; }
    .bars i svg { display: block; width: 100%; height: 100%; }
    .bars rect { fill: var(--star); }
    .bars span:last-child { text-align: right; color: var(--ink-soft); }
    .list > li { padding: 1.2rem 0; border-bottom: 1px solid var(--edge); display: grid; gap: .4rem; }
    .list > li:first-child { padding-top: 0; }
    .who { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: center; font-size: .9rem; color: var(--ink-soft); }
    .list h3 { font-family: inherit; letter-spacing: 0; }
    form { display: grid; gap: 1rem; margin-bottom: 1.6rem; }
    fieldset { border: 0; padding: 0; margin: 0; }
    .rate { display: inline-flex; gap: .15rem; }
    .rate label { cursor: pointer; padding: .3rem; border-radius: .5rem; line-height: 0; }
    .rate label:hover { background: var(--tint); }
    .rate input { position: absolute; opacity: 0; }
    .rate svg { width: 1.9rem; height: 1.9rem; fill: var(--star-off); stroke: var(--edge-strong); stroke-width: 1; }
    .rate .on svg { fill: var(--star); stroke: var(--star); }
    .rate label:focus-within { outline: 2px solid var(--accent); }
    .row { display: flex; gap: .75rem; flex-wrap: wrap; }
    @media (max-width: 48rem) { .all { grid-template-columns: minmax(0, 1fr); } .sum { position: static; } }
    @media (prefers-reduced-motion: no-preference) { .new { animation: appear .5s ease-out; } @keyframes appear { from { background: var(--tint); } } }
  `];

  private async write(event: Event): Promise<void> {
    event.preventDefault();
    const {data} = this;
    const form = new FormData(event.target as HTMLFormElement);
    if (!data) return;
    if (this.rating === 0) {
      this.errors = [{field: 'input.rating', message: 'Please say how many stars.', code: 'BAD_USER_INPUT'}];
      return;
    }
    this.busy = true;
    try {
      await this.shop.run(AddReview, {
        input: {upc: data.upc, rating: this.rating, title: String(form.get('title')), body: String(form.get('body'))},
      });
      this.writing = false;
      this.errors = [];
      this.rating = 0;
      this.shop.say('Thank you. Your review is there.');
    } catch (error) {
      this.errors = told(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    const upc = String(data.upc);
    this.follow(upc, () => [this.shop.watch(ReviewsOfProduct, {upc}, () => {})]);
    if (!('reviews' in data)) return html`<h2>What people say</h2><p class="hidden" role="status">Reviews are on their way.</p>`;
    if (!data.reviews) return html`<h2>What people say</h2><br>${unavailable('Reviews', this.shop)}`;
    const {reviews, averageRating, reviewCount} = data;
    const first = this.known.size === 0;
    const list = reviews.map((r) => {
      const isNew = !first && !this.known.has(r.id);
      return {r, isNew};
    });
    for (const {id} of reviews) this.known.add(id);
    return html`<div class="all">
      <div class="sum">
        <h2>What people say</h2>
        ${averageRating === null || averageRating === undefined ? html`<p class="muted">Nobody has said anything yet.</p>` : html`
          <p class="mean"><b>${new Intl.NumberFormat(undefined, {maximumFractionDigits: 1, minimumFractionDigits: 1}).format(averageRating)}</b>
            <shop-stars .rating=${averageRating}></shop-stars></p>
          <p class="muted" aria-live="polite">${count(reviewCount ?? reviews.length, 'review')}</p>
          <ul class="bars" aria-label="How many stars people gave">${shares(reviews.map((r) => r.rating)).map(({stars, n, share}) => html`
            <li><span>${count(stars, 'star')}</span><i aria-hidden="true"><svg viewBox="0 0 100 1" preserveAspectRatio="none"><rect width=${share * 100} height="1"></rect></svg></i><span>${n}</span></li>`)}</ul>`}
        ${this.writing ? nothing : this.shop.session.signedIn
          ? html`<button class="quiet" @click=${() => { this.writing = true; }}>Write a review</button>`
          : html`<p class="muted"><a href=${at('/account')}>Sign in</a> to write one.</p>`}
      </div>
      <div>
        ${this.writing ? this.form() : nothing}
        <ul class="list">${list.map(({r, isNew}) => this.review(r, isNew))}</ul>
      </div>
    </div>`;
  }

  private review(r: ReviewTextFragment, isNew: boolean) {
    return html`<li class=${isNew ? 'new' : ''}>
      <h3>${r.title}</h3>
      <p class="who"><shop-stars .rating=${r.rating}></shop-stars> <span>${r.author?.name ?? 'Somebody'}</span>
        ${r.createdAt ? html`<time datetime=${r.createdAt}>${day(r.createdAt)}</time>` : nothing}
        ${r.verified ? html`<span class="tag good">Bought it</span>` : nothing}</p>
      <p>${r.body}</p></li>`;
  }

  private form() {
    const title = complaintOf(this.errors, 'title');
    const body = complaintOf(this.errors, 'body');
    const rating = complaintOf(this.errors, 'rating');
    return html`<form class="card" @submit=${(e: Event) => void this.write(e)}>
      <h3>Your review</h3>
      <fieldset><legend class="hidden">Stars</legend>
        <div class="rate">${[1, 2, 3, 4, 5].map((n) => html`<label class=${n <= this.rating ? 'on' : ''}>
          <input type="radio" name="rating" value=${n} aria-label=${count(n, 'star')} .checked=${this.rating === n} @change=${() => { this.rating = n; }}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 1.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L10 14.9l-5.2 2.8 1-5.9L1.5 7.7l5.9-.8z"></path></svg></label>`)}</div>
        ${rating ? html`<p class="complaint" role="alert">${rating}</p>` : nothing}
      </fieldset>
      <div class="field"><label for="title">Headline</label>
        <input id="title" name="title" required maxlength="120" aria-invalid=${title ? 'true' : 'false'}>${title ? html`<p class="complaint">${title}</p>` : nothing}</div>
      <div class="field"><label for="body">Your experience</label>
        <textarea id="body" name="body" required maxlength="4000" aria-invalid=${body ? 'true' : 'false'}></textarea>${body ? html`<p class="complaint">${body}</p>` : nothing}</div>
      ${complaints(this.errors, ['title', 'body', 'rating'])}
      <div class="row"><button ?disabled=${this.busy}>${this.busy ? 'One moment …' : 'Publish'}</button>
        <button type="button" class="quiet" @click=${() => { this.writing = false; this.errors = []; }}>Not now</button></div>
    </form>`;
  }
}

define('shop-reviews', Reviews);
