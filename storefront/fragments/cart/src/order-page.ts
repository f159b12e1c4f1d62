import {at, complaints, country, Fragment, looks, moment, money, told, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {CancelOrder, ProgressOfOrder, type OrderFragment} from './graphql.ts';
import {cancellable, failed, steps, titleOf} from './progress.ts';

/** sentence makes one of what a service says. */
function sentence(text: string | null): string {
  return text ? `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}` : '';
}

/** OrderPage shows an order, and how it goes on while it does. */
export class OrderPage extends Fragment<OrderFragment> {
  static override properties = {...Fragment.properties, errors: {state: true}, busy: {state: true}};

  private declare errors: readonly UserError[];
  private declare busy: boolean;

  constructor() {
    super();
    this.errors = [];
    this.busy = false;
  }

  static override styles = [...looks, css`
    .page { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); gap: clamp(1.5rem, 4vw, 3rem); align-items: start; margin-top: 1.75rem; }
    .state { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-top: .5rem; }
    ol li { position: relative; display: grid; grid-template-columns: 1.75rem 1fr; gap: 0 1rem; padding-bottom: 1.4rem; min-height: 4.6rem; }
    ol li:last-child { padding-bottom: 0; min-height: 0; }
    ol li::before { content: ""; position: absolute; left: calc(.875rem - 1px); top: 1.75rem; bottom: 0; width: 2px; background: var(--edge); }
    ol li:last-child::before { display: none; }
    ol li.done::before { background: var(--good); }
    .dot { width: 1.75rem; height: 1.75rem; border-radius: 50%; border: 2px solid var(--edge-strong); display: grid; place-items: center; background: var(--card); color: transparent; font-size: .9rem; font-weight: 700; }
    .done .dot { background: var(--good); border-color: var(--good); color: var(--card); }
    .now .dot { border-color: var(--accent); border-width: 3px; }
    .bad .dot { background: var(--bad); border-color: var(--bad); color: var(--card); }
    .ahead { color: var(--ink-soft); }
    ol strong { display: block; line-height: 1.75rem; }
    ol small { color: var(--ink-soft); font-size: .88rem; }
    .lines > li { display: grid; grid-template-columns: 4rem minmax(0, 1fr) auto; gap: .9rem; align-items: center; padding: .7rem 0; border-bottom: 1px solid var(--edge); }
    .lines > li:first-child { padding-top: 0; }
    .lines shop-picture { border-radius: .6rem; }
    .lines a { text-decoration: none; font-weight: 600; }
    .lines a:hover { text-decoration: underline; }
    .sum { display: flex; justify-content: space-between; padding-top: .9rem; font-size: 1.1rem; }
    .side { display: grid; gap: 1.25rem; }
    address { font-style: normal; }
    @media (max-width: 52rem) { .page { grid-template-columns: minmax(0, 1fr); } }
    @media (prefers-reduced-motion: no-preference) { .now .dot { animation: pulse 1.4s ease-in-out infinite alternate; } @keyframes pulse { to { border-color: var(--edge-strong); } } }
  `];

  private async cancel(id: string): Promise<void> {
    this.busy = true;
    try {
      const {cancelOrder} = await this.shop.run(CancelOrder, {id});
      this.errors = cancelOrder.userErrors;
      if (cancelOrder.order) this.shop.say('Your order is cancelled.');
    } catch (error) {
      this.errors = told(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    const order = this.data;
    if (!order) return nothing;
    const id = String(order.id);
    this.follow(id, () => [this.shop.watch(ProgressOfOrder, {id}, () => {})]);
    const reached = new Map(order.history.map((h) => [h.state, h.at]));
    const over = failed(order.state);
    const shown = over ? steps.filter((s) => reached.has(s.state)) : steps;
    const now = steps.findIndex((s) => s.state === order.state);
    return html`
      <p class="muted">Order of ${moment(order.placedAt)}</p>
      <h1>${order.state === 'DELIVERED' ? 'It has arrived.' : over ? 'This order came to nothing.' : 'Thank you.'}</h1>
      <p class="state" role="status"><span class="tag ${over ? 'bad' : order.state === 'PLACED' || order.state === 'RESERVED' ? 'warn' : 'good'}">${titleOf(order.state)}</span>
        <span>${over ? sentence(order.reason) : (steps[now]?.text ?? '')}</span></p>
      <div class="page">
        <section class="card" aria-label="How it goes on"><ol>
          ${shown.map((step, i) => {
            const time = reached.get(step.state);
            const done = over || time !== undefined && (i < now || order.state === 'DELIVERED') || i < now;
            return html`<li class=${done ? 'done' : i === now ? 'now' : 'ahead'} aria-current=${i === now ? 'step' : nothing}>
              <span class="dot" aria-hidden="true">✓</span>
              <span><strong>${step.title}</strong><small>${time ? moment(time) : nothing}</small></span></li>`;
          })}
          ${over ? html`<li class="bad" aria-current="step"><span class="dot" aria-hidden="true">×</span><span><strong>${titleOf(order.state)}</strong><small>${sentence(order.reason)}</small></span></li>` : nothing}
        </ol></section>
        <div class="side">
          <section class="card" aria-label="What you bought">
            <ul class="lines">${order.lines.map((line) => html`<li>
              ${line.product ? html`<shop-picture .product=${line.product} eager></shop-picture>` : html`<span></span>`}
              <span>${line.product ? html`<a href=${at(`/p/${line.product.upc}`)}>${line.name}</a>` : line.name}<br><small class="muted">${line.quantity} ×</small></span>
              <span class="price">${money(line.total)}</span></li>`)}</ul>
            <p class="sum"><span>Total</span><strong class="price">${money(order.total)}</strong></p>
          </section>
          <section class="card" aria-label="Where it goes"><address>${order.shipTo.name}<br>${order.shipTo.street}<br>${order.shipTo.postalCode} ${order.shipTo.city}<br>${country(order.shipTo.country)}</address></section>
          ${complaints(this.errors, [])}
          ${cancellable(order.state) ? html`<button class="quiet" ?disabled=${this.busy} @click=${() => void this.cancel(id)}>Cancel this order</button>` : nothing}
        </div>
      </div>`;
  }
}
