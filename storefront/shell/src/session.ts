import type {Session} from '../../parts/src/contract.ts';
import {arrive, leave, renew, travel, type Tokens} from './provider.ts';
import {setup} from './setup.ts';

// Who is signed in. Tokens are in memory only; the browser's storage has nothing but that there is a session, so that tabs
// and the next page know to ask for tokens. Tabs take turns: a refresh token is good for one use.

const signedInKey = 'shop.signed-in';
const personKey = 'shop.person';
const cartKey = 'shop.cart';

class BrowserSession implements Session {
  /** Called after somebody has signed in, with the guest's cart, or out. */
  changed: (guestCart: string | null) => Promise<void> = async () => {};

  private tokens: Tokens | null = null;

  get people() {
    return setup.people;
  }

  get canSignIn(): boolean {
    return setup.signIn !== null;
  }

  get signedIn(): boolean {
    return this.known || localStorage.getItem(signedInKey) !== null;
  }

  get operator(): boolean {
    const person = this.person();
    if (person) return setup.people.find((p) => p.id === person)?.operator ?? false;
    return this.tokens !== null && rolesIn(this.tokens.access).some((role) => role.toLowerCase() === 'operator');
  }

  get guestCart(): string | null {
    return this.known ? null : localStorage.getItem(cartKey);
  }

  keepGuestCart(id: string): void {
    if (!this.known) localStorage.setItem(cartKey, id);
  }

  leaveGuestCart(): void {
    localStorage.removeItem(cartKey);
  }

  /** What requests say of who sends them. */
  headers(): Record<string, string> {
    if (this.tokens) return {Authorization: `Bearer ${this.tokens.access}`};
    return {'Weft-As': this.person() ?? 'nobody'};
  }

  signIn(joining: boolean, then?: string): Promise<void> {
    return travel(joining, then ?? null);
  }

  /** Takes in who comes back from the provider, and says which page to go on with. changed is still to be called. */
  async arrive(address: URL): Promise<{then: string | null; guestCart: string | null}> {
    const {tokens, then} = await arrive(address);
    const {guestCart} = this;
    localStorage.removeItem(personKey);
    localStorage.setItem(signedInKey, 'true');
    this.tokens = tokens;
    return {then, guestCart};
  }

  async be(id: string): Promise<void> {
    const {guestCart} = this;
    this.forget();
    localStorage.setItem(personKey, id);
    await this.changed(guestCart);
  }

  async signOut(): Promise<void> {
    await this.fresh();
    const {tokens} = this;
    this.forget();
    if (tokens) leave(tokens);
    else await this.changed(null);
  }

  /** Another tab has signed out, or somebody else in. */
  forgetTokens(): void {
    this.tokens = null;
  }

  /** Makes new tokens; false when there are none to be had. */
  async refresh(): Promise<boolean> {
    const stale = this.tokens;
    const {guestCart} = this;
    const made = await navigator.locks.request('shop.refresh', async () => {
      if (localStorage.getItem(signedInKey) === null) return false;
      if (this.tokens !== stale) return this.tokens !== null; // somebody on this page was first
      try {
        this.tokens = await renew();
      } catch (error) {
        // The provider is away. One goes on as nobody, and asks again with the next page.
        console.warn('Nobody can be signed in at the moment:', error instanceof Error ? error.message : error);
        this.tokens = null;
        return false;
      }
      if (!this.tokens) localStorage.removeItem(signedInKey);
      return this.tokens !== null;
    });
    if (made && guestCart) await this.changed(guestCart); // filled while the provider was away
    return made;
  }

  /** Makes new tokens if there are none, or if those there are end within half a minute. */
  async fresh(): Promise<void> {
    if (localStorage.getItem(signedInKey) === null) return;
    if (!this.tokens || this.tokens.until - Date.now() < 30_000) await this.refresh();
  }

  /** Whether requests say who sends them. */
  private get known(): boolean {
    return this.tokens !== null || this.person() !== null;
  }

  private forget(): void {
    this.tokens = null;
    localStorage.removeItem(signedInKey);
    localStorage.removeItem(personKey);
  }

  private person(): string | null {
    const id = localStorage.getItem(personKey);
    return setup.people.some((p) => p.id === id) ? id : null;
  }
}

/** rolesIn reads the roles of an access token, to know what to offer; services check it, this page does not. */
function rolesIn(token: string): string[] {
  try {
    const claims = token.split('.')[1] ?? '';
    const roles: unknown = JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/')))['roles'];
    return Array.isArray(roles) ? roles.map(String) : [];
  } catch {
    return [];
  }
}

export const session = new BrowserSession();
