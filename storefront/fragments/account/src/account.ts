import {at, complaints, count, day, define, Fragment, looks, money, told, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {addressForm, formLooks} from './forms.ts';
import {RemoveAddress, SaveAddress, type AccountFragment, type OrderState} from './graphql.ts';
import {pageAfter} from './page-after.ts';

type Me = NonNullable<AccountFragment['me']>;

const states: Readonly<Record<OrderState, string>> = {
  PLACED: 'Placed', RESERVED: 'Set aside', AUTHORISED: 'Payment agreed', CONFIRMED: 'Paid', SHIPPED: 'On its way', DELIVERED: 'Delivered',
  REJECTED: 'Not possible', CANCELLED: 'Cancelled', EXPIRED: 'Timed out',
};

/** Account is where people sign in, and see what they have bought. */
class Account extends Fragment<AccountFragment> {
  static override properties = {...Fragment.properties, errors: {state: true}, busy: {state: true}, adding: {state: true}};

  private declare errors: readonly UserError[];
  private declare busy: boolean;
  private declare adding: boolean;

  constructor() {
    super();
    this.errors = [];
    this.busy = false;
    this.adding = false;
  }

  static override styles = [...looks, formLooks, css`
    .door { display: grid; gap: 1.5rem; max-width: 27rem; margin: clamp(0rem, 3vw, 2.5rem) auto 0; }
    .door .card { display: grid; gap: 1.25rem; }
    .head { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: start; }
    .page { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: clamp(1.5rem, 4vw, 3rem); margin-top: 2rem; align-items: start; }
    section { display: grid; gap: 1rem; }
    .orders a { display: grid; grid-template-columns: 4rem minmax(0, 1fr) auto; gap: .3rem 1rem; align-items: center; text-decoration: none; padding: .9rem; margin: 0 -.9rem; border-radius: .9rem; }
    .orders a:hover { background: var(--tint); }
    .orders shop-picture { border-radius: .6rem; }
    .orders .much { text-align: right; display: grid; gap: .3rem; justify-items: end; }
    .addresses li { display: flex; justify-content: space-between; gap: 1rem; padding: .8rem 0; border-bottom: 1px solid var(--edge); }
    address { font-style: normal; line-height: 1.45; }
    @media (max-width: 52rem) { .page { grid-template-columns: minmax(0, 1fr); } }
  `];

  /** Runs what a form asks for; what is wrong is shown there. */
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

  private welcome(): void {
    this.shop.say('You are signed in.');
    const then = pageAfter(this.params['then']);
    if (then) this.shop.go(then);
  }

  private enter(joining: boolean): void {
    void this.attempt(async () => {
      await this.shop.session.signIn(joining, pageAfter(this.params['then']));
      return [];
    });
  }

  private leave(): void {
    void this.attempt(async () => {
      await this.shop.session.signOut();
      return [];
    });
  }

  private saveAddress(event: Event): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    void this.attempt(async () => {
      const {saveAddress} = await this.shop.run(SaveAddress, {
        input: {name: text('name'), street: text('street'), postalCode: text('postalCode'), city: text('city'), country: text('country').toUpperCase()},
      });
      if (saveAddress.user) this.adding = false;
      return saveAddress.userErrors;
    });
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    if (data.me && this.shop.session.signedIn) return this.home(data.me);
    if (this.shop.session.signedIn) {
      return html`<h1>Your account</h1><br><div class="unavailable"><p><strong>Your account cannot be shown at the moment.</strong></p>
        <button class="quiet" @click=${() => void this.shop.reload()}>Try again</button></div>`;
    }
    const {people, canSignIn} = this.shop.session;
    return html`<div class="door">
      <div class="card">
        <h1>Your account</h1>
        ${canSignIn ? html`<p class="muted">Sign in to order, to see what you have ordered, and to say what it is like.</p>
        ${complaints(this.errors, [])}
        <button ?disabled=${this.busy} @click=${() => this.enter(false)}>Sign in</button>
        <button class="quiet" ?disabled=${this.busy} @click=${() => this.enter(true)}>Open an account</button>`
          : html`<p class="muted">Nobody can sign in here at the moment.</p>`}
      </div>
      ${people.length ? html`<div class="card"><h2>In weft dev</h2><p class="muted">you can be somebody without a password.</p>
        ${people.map((p) => html`<button class="quiet" data-person=${p.id} @click=${() => void this.attempt(async () => {
          await this.shop.session.be(p.id);
          this.welcome();
          return [];
        })}>Be ${p.name}${p.operator ? ', who runs the shop' : ''}</button>`)}</div>` : nothing}
    </div>`;
  }

  private home(me: Me) {
    const orders = me.orders;
    return html`
      <div class="head"><div><p class="muted">${me.joinedAt ? `With us since ${day(me.joinedAt)}` : ''}</p><h1>${me.name}</h1>
          <p class="muted">@${me.username}${me.email ? ` · ${me.email}` : ''}</p></div>
        <div class="row"><button class="quiet" ?disabled=${this.busy} @click=${() => this.leave()}>Sign out</button></div></div>
      <div class="page">
        <section aria-label="Your orders"><h2>Your orders</h2>
          ${orders === null ? html`<div class="unavailable"><p><strong>Orders cannot be shown at the moment.</strong></p><button class="quiet" @click=${() => void this.shop.reload()}>Try again</button></div>`
            : orders.nodes.length === 0 ? html`<p class="muted">You have not bought anything yet. <a href=${at('/')}>See what we have</a></p>`
              : html`<ul class="orders">${orders.nodes.map((o) => {
                const first = o.lines[0];
                const bad = ['REJECTED', 'CANCELLED', 'EXPIRED'].includes(o.state);
                return html`<li><a href=${at(`/orders/${o.id}`)}>
                  ${first?.product ? html`<shop-picture .product=${first.product} eager></shop-picture>` : html`<span></span>`}
                  <span><strong>${first?.name}${o.lines.length > 1 ? ` and ${o.lines.length - 1} more` : ''}</strong><br><small class="muted">${day(o.placedAt)}</small></span>
                  <span class="much"><span class="price">${money(o.total)}</span><span class="tag ${bad ? 'bad' : 'good'}">${states[o.state]}</span></span></a></li>`;
              })}</ul>`}
        </section>
        <section class="card" aria-label="Your addresses"><h2>Addresses</h2>
          ${me.addresses?.length ? html`<ul class="addresses">${me.addresses.map((a) => html`<li>
            <address>${a.name}<br>${a.street}<br>${a.postalCode} ${a.city}, ${a.country}</address>
            <button class="link" aria-label=${`Remove ${a.street}`} @click=${() => void this.attempt(async () => (await this.shop.run(RemoveAddress, {input: {id: String(a.id)}})).removeAddress.userErrors)}>Remove</button></li>`)}</ul>`
            : html`<p class="muted">None yet.</p>`}
          ${this.adding ? addressForm(me.name ?? '', this.errors, this.busy, (e) => this.saveAddress(e), () => { this.adding = false; this.errors = []; })
            : html`${complaints(this.errors, [])}<button class="quiet" @click=${() => { this.adding = true; }}>Add an address</button>`}
          <p class="muted">${count(me.reviewCount ?? 0, 'review')} written${me.tier ? ` · ${me.tier[0]}${me.tier.slice(1).toLowerCase()} customer` : ''}</p>
        </section>
      </div>`;
  }
}

define('shop-account', Account);
