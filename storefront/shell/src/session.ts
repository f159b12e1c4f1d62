import type {Session, Tokens} from '../../parts/src/contract.ts';
import {RefreshSession} from './graphql.ts';
import {setup} from './setup.ts';

// Who is signed in. Tokens are kept in the browser's storage, so that tabs share them; a refresh token is good for one use,
// so tabs take turns.

const tokensKey = 'shop.session';
const personKey = 'shop.person';
const cartKey = 'shop.cart';

class BrowserSession implements Session {
  /** Called after somebody has signed in, with the guest's cart, or out. */
  changed: (guestCart: string | null) => Promise<void> = async () => {};

  get people() {
    return setup.people;
  }

  get signedIn(): boolean {
    return this.tokens() !== null || this.person() !== null;
  }

  get operator(): boolean {
    const person = this.person();
    if (person) return setup.people.find((p) => p.id === person)?.operator ?? false;
    const tokens = this.tokens();
    return tokens !== null && rolesIn(tokens.accessToken).some((role) => role.toLowerCase() === 'operator');
  }

  get guestCart(): string | null {
    return this.signedIn ? null : localStorage.getItem(cartKey);
  }

  keepGuestCart(id: string): void {
    if (!this.signedIn) localStorage.setItem(cartKey, id);
  }

  leaveGuestCart(): void {
    localStorage.removeItem(cartKey);
  }

  /** What requests say of who sends them. */
  headers(): Record<string, string> {
    const tokens = this.tokens();
    if (tokens) return {Authorization: `Bearer ${tokens.accessToken}`};
    return setup.people.length > 0 ? {'Weft-As': this.person() ?? 'nobody'} : {};
  }

  async signIn(tokens: Tokens): Promise<void> {
    const guestCart = this.guestCart;
    localStorage.removeItem(personKey);
    localStorage.setItem(tokensKey, JSON.stringify(tokens));
    await this.changed(guestCart);
  }

  async be(id: string): Promise<void> {
    const guestCart = this.guestCart;
    localStorage.removeItem(tokensKey);
    localStorage.setItem(personKey, id);
    await this.changed(guestCart);
  }

  refreshToken(): string | null {
    return this.tokens()?.refreshToken ?? null;
  }

  async signOut(): Promise<void> {
    localStorage.removeItem(tokensKey);
    localStorage.removeItem(personKey);
    await this.changed(null);
  }

  /** Makes new tokens; false when the session is over. */
  async refresh(): Promise<boolean> {
    const stale = this.tokens()?.accessToken;
    if (!stale) return false;
    return navigator.locks.request('shop.refresh', async () => {
      const tokens = this.tokens();
      if (!tokens) return false;
      if (tokens.accessToken !== stale) return true; // another tab was first
      const response = await fetch(setup.endpoint, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', Accept: 'application/json'},
        body: JSON.stringify({documentId: RefreshSession.id, variables: {token: tokens.refreshToken}}),
      });
      const next = (await response.json())?.data?.refreshSession?.session as Tokens | undefined;
      if (next) localStorage.setItem(tokensKey, JSON.stringify(next));
      else localStorage.removeItem(tokensKey);
      return next !== undefined;
    });
  }

  /** Makes new tokens if those there are end within half a minute. */
  async fresh(): Promise<void> {
    const tokens = this.tokens();
    if (tokens && Date.parse(tokens.expiresAt) - Date.now() < 30_000) await this.refresh();
  }

  private person(): string | null {
    const id = localStorage.getItem(personKey);
    return setup.people.some((p) => p.id === id) ? id : null;
  }

  private tokens(): Tokens | null {
    try {
      return JSON.parse(localStorage.getItem(tokensKey) ?? 'null') as Tokens | null;
    } catch {
      return null;
    }
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
