import {at, complaints, count, define, Fragment, looks, moment, money, told, unavailable, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {
  CallOffOrder, DeliverOrder, ModerateReview, Restock, ShipOrder,
  type DeskFragment, type DeskOrderFragment, type DeskReviewFragment, type DeskStockFragment, type OrderState,
} from './graphql.ts';
import {actionsOf, states, type Action} from './actions.ts';

/** Desk is where the shop is run: orders, what hangs, what runs out, what people say. */
class Desk extends Fragment<DeskFragment> {
  static override properties = {...Fragment.properties, errors: {state: true}, busy: {state: true}};

  private declare errors: readonly UserError[];
  private declare busy: string;

  constructor() {
    super();
    this.errors = [];
    this.busy = '';
  }

  static override styles = [...looks, css`
    .head { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: end; justify-content: space-between; }
    .head label { display: flex; gap: .6rem; align-items: center; }
    .head select { width: auto; }
    .page { display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); gap: clamp(1.5rem, 3vw, 2.5rem); margin-top: 1.5rem; align-items: start; }
    section, .side { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
    .side { gap: 1.5rem; }
    .scroll { overflow-x: auto; position: relative; }
    table { width: 100%; min-width: 33rem; border-collapse: collapse; font-size: .93rem; }
    th { text-align: left; font-weight: 600; color: var(--ink-soft); font-size: .82rem; padding: .4rem .6rem; border-bottom: 1px solid var(--edge); }
    td { padding: .7rem .6rem; border-bottom: 1px solid var(--edge); vertical-align: middle; }
    th:first-child, td:first-child { padding-left: 0; }
    th:last-child, td:last-child { padding-right: 0; }
    td small { color: var(--ink-soft); display: block; }
    .acts { display: flex; gap: .4rem; justify-content: end; }
    .stock li { display: grid; grid-template-columns: 3rem minmax(0, 1fr) auto; gap: .8rem; align-items: center; padding: .5rem 0; }
    .stock shop-picture { border-radius: .5rem; }
    .stock a, .said a { text-underline-offset: .2em; }
    .said li { padding: .7rem 0; border-top: 1px solid var(--edge); display: grid; gap: .2rem; }
    .said li:first-child { border: 0; }
    .under { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; }
    .under small { flex: 1; min-width: 9rem; }
    @media (max-width: 62rem) { .page { grid-template-columns: minmax(0, 1fr); } }
  `];

  private async act(order: DeskOrderFragment, action: Action): Promise<void> {
    const id = String(order.id);
    this.busy = id;
    this.errors = [];
    // The state is shown at once, and taken back when it does not come to it.
    const optimistic = [{__typename: 'Order', id, state: action.state}];
    try {
      const payload = action.kind === 'ship' ? (await this.shop.run(ShipOrder, {id}, optimistic)).shipOrder
        : action.kind === 'deliver' ? (await this.shop.run(DeliverOrder, {id}, optimistic)).deliverOrder
          : (await this.shop.run(CallOffOrder, {id}, optimistic)).cancelOrder;
      this.errors = payload.userErrors;
      if (payload.order) this.shop.say(`The order is ${states[payload.order.state].toLowerCase()}.`);
    } catch (error) {
      this.errors = told(error);
    } finally {
      this.busy = '';
    }
  }

  private async restock(product: DeskStockFragment): Promise<void> {
    const warehouseId = product.stock?.[0]?.warehouse?.id;
    if (!warehouseId) return;
    this.errors = [];
    try {
      await this.shop.run(Restock, {input: {upc: product.upc, warehouseId, delta: 20, idempotencyKey: crypto.randomUUID()}},
        [{__typename: 'Product', upc: String(product.upc), totalStock: (product.totalStock ?? 0) + 20}]);
      this.shop.say(`20 more of ${product.name}.`);
    } catch (error) {
      this.errors = told(error);
    }
  }

  private async moderate(review: DeskReviewFragment): Promise<void> {
    const {id, version} = review;
    const hidden = !review.hidden;
    this.errors = [];
    try {
      const {moderateReview} = await this.shop.run(
        ModerateReview, {input: {id, hidden, expectedVersion: version, reason: hidden ? 'It does not keep to the rules of this shop.' : ''}},
        [{__typename: 'Review', id, hidden}],
      );
      this.errors = moderateReview.userErrors;
      if (moderateReview.review) this.shop.say(hidden ? 'The review is hidden.' : 'Everybody sees the review again.');
    } catch (error) {
      this.errors = told(error);
    }
  }

  private review(r: DeskReviewFragment) {
    return html`<li data-review=${r.id}>
      <span><shop-stars .rating=${r.rating}></shop-stars> <strong>${r.title}</strong></span>
      <span>${r.body}</span>
      <span class="under"><small class="muted">${r.author?.name ?? 'Somebody'} about ${r.product ? html`<a href=${at(`/p/${r.product.upc}`)}>${r.product.name}</a>` : 'something'}</small>
        ${r.hidden ? html`<span class="tag bad">Hidden</span>` : nothing}
        <button class="quiet small" aria-label=${`${r.hidden ? 'Show' : 'Hide'} “${r.title}” of ${r.author?.name ?? 'somebody'}`} @click=${() => void this.moderate(r)}>${r.hidden ? 'Show' : 'Hide'}</button></span></li>`;
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    if (!data.orders && this.problems.some((p) => p.extensions?.code === 'FORBIDDEN' || p.extensions?.code === 'UNAUTHENTICATED')) {
      return html`<h1>The desk is for people who run the shop.</h1><br><a class="button" href=${at('/account?then=/desk')}>Sign in</a>`;
    }
    const state = this.params['state'] ?? '';
    return html`
      <div class="head"><h1>Desk</h1>
        <label>Orders <select @change=${(e: Event) => { const s = (e.target as HTMLSelectElement).value; this.shop.go(s ? `/desk?state=${s}` : '/desk'); }}>
          <option value="" ?selected=${state === ''}>in every state</option>
          ${(Object.keys(states) as OrderState[]).map((s) => html`<option value=${s} ?selected=${s === state}>${states[s].toLowerCase()}</option>`)}
        </select></label></div>
      ${complaints(this.errors, [])}
      <div class="page">
        <div class="side"><section class="card" aria-label="Orders"><h2>${data.orders ? count(data.orders.totalCount, 'order') : 'Orders'}</h2>
          ${!data.orders ? unavailable('Orders', this.shop) : data.orders.nodes.length === 0 ? html`<p class="muted">None.</p>` : html`<div class="scroll" tabindex="0" role="region" aria-label="List of orders"><table>
            <thead><tr><th scope="col">Order</th><th scope="col">State</th><th scope="col">Total</th><th scope="col"><span class="hidden">What to do</span></th></tr></thead>
            <tbody>${data.orders.nodes.map((o) => html`<tr>
              <td><a href=${at(`/orders/${o.id}`)}>${o.lines[0]?.name ?? o.id}${o.lines.length > 1 ? ` +${o.lines.length - 1}` : ''}</a><small>${o.buyer?.name ?? 'Somebody'}, ${moment(o.placedAt)}</small></td>
              <td><span class="tag ${o.state === 'CONFIRMED' ? 'warn' : ['REJECTED', 'EXPIRED', 'CANCELLED'].includes(o.state) ? 'bad' : 'good'}">${states[o.state]}</span></td>
              <td class="price">${money(o.total)}</td>
              <td><div class="acts">${actionsOf(o.state).map((a) => html`<button class="small ${a.kind === 'call off' ? 'quiet' : ''}" data-act=${a.kind} ?disabled=${this.busy === o.id}
                aria-label=${`${a.title} ${o.lines[0]?.name ?? 'the order'} of ${o.buyer?.name ?? 'somebody'}`} @click=${() => void this.act(o, a)}>${a.title}</button>`)}</div></td></tr>`)}</tbody></table></div>`}
        </section>
          <section class="card" aria-label="What people say"><h2>What people say</h2>
            ${!data.reviews ? unavailable('Reviews', this.shop) : html`<ul class="said">${[...data.reviews.nodes, ...(data.hiddenReviews?.nodes ?? [])].map((r) => this.review(r))}</ul>`}</section></div>
        <div class="side">
          <section class="card" aria-label="In progress"><h2>In progress</h2>
            ${!data.sagas ? unavailable('Checkouts', this.shop) : data.sagas.nodes.length === 0 ? html`<p class="muted">Nothing hangs.</p>`
              : html`<ul class="said">${data.sagas.nodes.map((s) => html`<li><strong>${s.step.toLowerCase()}</strong><small class="muted">${count(s.attempts, 'attempt')}${s.lastError ? `: ${s.lastError}` : ''}</small></li>`)}</ul>`}</section>
          <section class="card" aria-label="Running out"><h2>Running out</h2>
            ${!data.lowStock ? unavailable('Stock', this.shop) : html`<ul class="stock">${data.lowStock.nodes.slice(0, 6).map((p) => html`<li><shop-picture .product=${p} eager></shop-picture>
              <span><a href=${at(`/p/${p.upc}`)}>${p.name}</a><br><small class="muted">${count(p.totalStock ?? 0, 'piece')}</small></span>
              <button class="quiet small" aria-label=${`+ 20 of ${p.name}`} ?disabled=${!p.stock?.length} @click=${() => void this.restock(p)}>+ 20</button></li>`)}</ul>`}</section>
          <section class="card" aria-label="Unusual"><h2>Unusual</h2>
            ${!data.anomalies ? unavailable('What is unusual', this.shop) : data.anomalies.nodes.length === 0 ? html`<p class="muted">All is as it always is.</p>`
              : html`<ul class="said">${data.anomalies.nodes.map((a) => html`<li><strong>${a.signal}</strong><span>${a.why}</span><small class="muted">since ${moment(a.startedAt)}</small></li>`)}</ul>`}</section>
        </div>
      </div>`;
  }
}

define('shop-desk', Desk);
