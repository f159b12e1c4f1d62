import {at, complaints, count, Fragment, looks, money, told, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {checkoutForm, checkoutLooks} from './checkout-form.ts';
import {PlaceOrder, SetCartQuantity, type CartFragment, type CartLinesFragment} from './graphql.ts';
import {withQuantity} from './lines.ts';

/** Cart is what somebody is about to buy, and the way to the till. */
export class Cart extends Fragment<CartFragment> {
  static override properties = {...Fragment.properties, errors: {state: true}, busy: {state: true}};

  private declare errors: readonly UserError[];
  private declare busy: boolean;
  // One key for each order, however often it is sent.
  private key = crypto.randomUUID();

  constructor() {
    super();
    this.errors = [];
    this.busy = false;
  }

  static override styles = [...looks, checkoutLooks, css`
    .page { display: grid; grid-template-columns: minmax(0, 1.35fr) minmax(19rem, 1fr); gap: clamp(1.5rem, 4vw, 3rem); align-items: start; margin-top: 1.5rem; }
    .lines > li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr) auto; gap: .4rem 1.1rem; padding: 1.15rem 0; border-bottom: 1px solid var(--edge); align-items: start; }
    .lines > li:first-child { padding-top: 0; }
    .lines shop-picture { border-radius: .8rem; grid-row: span 2; }
    .lines a { font-weight: 600; text-decoration: none; }
    .lines a:hover { text-decoration: underline; }
    .lines .much { text-align: right; }
    .lines .much small { display: block; color: var(--ink-soft); font-size: .85rem; font-weight: 400; }
    .steps { grid-column: 2 / -1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
    .sum { display: flex; justify-content: space-between; align-items: baseline; font-size: 1.15rem; }
    .till { display: grid; gap: 1.2rem; }
    .empty { display: grid; gap: 1rem; justify-items: start; margin-top: 1.5rem; }
    @media (max-width: 56rem) { .page { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 30rem) { .lines > li { grid-template-columns: 4.5rem minmax(0, 1fr) auto; gap: .4rem .8rem; } }
  `];

  private async set(cart: CartLinesFragment, upc: string, quantity: number): Promise<void> {
    this.errors = [];
    try {
      const {setCartQuantity} = await this.shop.run(
        SetCartQuantity, {input: {cartId: this.shop.session.guestCart, upc, quantity}}, [withQuantity(cart, upc, quantity)],
      );
      this.errors = setCartQuantity.userErrors;
    } catch (error) {
      this.errors = told(error);
    }
  }

  private async order(event: Event, cart: CartLinesFragment): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    this.busy = true;
    this.errors = [];
    try {
      const {checkout} = await this.shop.run(PlaceOrder, {
        input: {
          idempotencyKey: this.key,
          expectedTotal: cart.total?.minor,
          paymentMethod: text('paymentMethod'),
          shipTo: {name: text('name'), street: text('street'), postalCode: text('postalCode'), city: text('city'), country: text('country').toUpperCase()},
        },
      });
      this.errors = checkout.userErrors;
      if (checkout.order) {
        this.key = crypto.randomUUID();
        this.shop.go(`/orders/${checkout.order.id}`);
      } else if (checkout.userErrors.some((e) => e.code === 'CONFLICT')) await this.shop.reload();
    } catch (error) {
      this.errors = told(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    const cart = data.cart;
    const silent = !cart && this.problems.some((p) => p.path?.[0] === 'cart');
    if (silent) return html`<h1>Your cart</h1><div class="empty unavailable"><p><strong>The cart cannot be shown at the moment.</strong> What is in it stays there.</p>
      <button class="quiet" @click=${() => void this.shop.reload()}>Try again</button></div>`;
    if (!cart || cart.lines.length === 0) {
      return html`<h1>Your cart</h1><div class="empty"><p class="muted">There is nothing in it yet.</p><a class="button" href=${at('/')}>See what we have</a></div>`;
    }
    return html`<h1>Your cart</h1>
      <div class="page">
        <ul class="lines">${cart.lines.map((line) => {
          const p = line.product;
          if (!p) return html`<li><span></span><p class="muted">A product that we cannot show at the moment.</p><p class="much price">${money(line.total)}</p></li>`;
          const upc = String(p.upc);
          const left = p.availability?.available;
          return html`<li>
            <shop-picture .product=${p} eager></shop-picture>
            <div><a href=${at(`/p/${upc}`)}>${p.name}</a>
              ${left !== undefined && left < line.quantity ? html`<p><span class="tag bad">${left > 0 ? `Only ${left} left` : 'Sold out'}</span></p>` : nothing}</div>
            <p class="much price">${money(line.total)}${line.quantity > 1 ? html`<small>${money(line.unitPrice)} each</small>` : nothing}</p>
            <div class="steps">
              <shop-quantity .value=${line.quantity} label=${`Quantity of ${p.name}`} @change=${(e: CustomEvent<number>) => void this.set(cart, upc, e.detail)}></shop-quantity>
              <button class="link" aria-label=${`Remove ${p.name}`} @click=${() => void this.set(cart, upc, 0)}>Remove</button>
            </div></li>`;
        })}</ul>
        <div class="card till">
          <p class="sum"><span>${count(cart.quantity, 'piece')}</span><strong class="price" aria-live="polite">${cart.total ? money(cart.total) : '—'}</strong></p>
          ${this.shop.session.signedIn
            ? checkoutForm(data.me, this.errors, this.busy, (e) => void this.order(e, cart))
            : html`${complaints(this.errors, [])}<p>Sign in, or open an account, to order. Your cart comes along.</p><a class="button" href=${at('/account?then=/cart')}>Sign in to order</a>`}
        </div>
      </div>`;
  }
}
