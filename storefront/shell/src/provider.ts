import {Refused} from '@shop/parts';
import * as oauth from 'oauth4webapi';
import {setup} from './setup.ts';

// The OpenID provider: people are sent to its page, and come back with a code that is changed for tokens. What belongs
// together of the way there and back is kept in the tab's own storage meanwhile.

/** Tokens of a signed-in person. They are nowhere but in this page's memory; what makes new ones is a cookie that no
 * script can read. */
export interface Tokens {
  readonly access: string;
  readonly id: string;
  /** When the access token ends, in milliseconds of the Unix epoch. */
  readonly until: number;
}

const journeyKey = 'shop.sign-in';

interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The page to go on with. */
  readonly then: string | null;
}

const {signIn} = setup;
const here = (path: string): string => new URL(path, location.origin).href;
const client: oauth.Client = {client_id: signIn?.client ?? ''};
const server: oauth.AuthorizationServer = {
  issuer: signIn?.issuer ?? '',
  ...(signIn ? {token_endpoint: here(signIn.token), id_token_signing_alg_values_supported: ['EdDSA', 'ES256', 'RS256']} : {}),
  authorization_response_iss_parameter_supported: true,
};

// The page may be left while tokens are on their way: the cookie must come all the same.
const how = {
  [oauth.customFetch]: (url: string, options: RequestInit) => fetch(url, {...options, keepalive: true, signal: AbortSignal.timeout(10_000)}),
  [oauth.allowInsecureRequests]: location.protocol === 'http:',
};

/** travel sends the person to the provider's page, if it is there: who left for one that is not would be nowhere. */
export async function travel(joining: boolean, then: string | null): Promise<void> {
  if (!signIn) return;
  const journey: Journey = {
    state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), verifier: oauth.generateRandomCodeVerifier(), then,
  };
  const address = new URL(here(signIn.authorize));
  address.search = String(new URLSearchParams({
    client_id: signIn.client, redirect_uri: here(signIn.back), response_type: 'code', scope: 'openid offline_access',
    state: journey.state, nonce: journey.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(journey.verifier), code_challenge_method: 'S256',
    ...(joining ? {prompt: 'create'} : {}),
  }));
  const there = await fetch(address, {method: 'HEAD', signal: AbortSignal.timeout(10_000)}).catch(() => null);
  if (!there || there.status >= 500) {
    throw new Refused([{message: 'Nobody can sign in at the moment. Please try again: what is in your cart stays there.'}]);
  }
  sessionStorage.setItem(journeyKey, JSON.stringify(journey));
  location.assign(address);
}

/** arrive takes the tokens that somebody has come back for, and says which page to go on with. */
export async function arrive(address: URL): Promise<{tokens: Tokens; then: string | null}> {
  const kept = sessionStorage.getItem(journeyKey);
  sessionStorage.removeItem(journeyKey);
  if (!signIn || !kept) throw new Error('nobody has set out from here');
  const journey = JSON.parse(kept) as Journey;
  const told = oauth.validateAuthResponse(server, client, address, journey.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), told, here(signIn.back), journey.verifier, how,
  );
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: journey.nonce, requireIdToken: true,
  });
  return {tokens: tokensOf(answer), then: journey.then};
}

/** renew makes new tokens. They are null when the session is over; when nothing can be had, it throws. */
export async function renew(): Promise<Tokens | null> {
  const response = await oauth.genericTokenEndpointRequest(server, client, oauth.None(), 'refresh_token', {}, how);
  try {
    return tokensOf(await oauth.processRefreshTokenResponse(server, client, response));
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return null;
    throw error;
  }
}

/** leave ends the session, and comes back. The ID token goes in a form, not in an address that others log. */
export function leave(tokens: Tokens): void {
  if (!signIn) return;
  const form = document.createElement('form');
  form.method = 'post';
  form.action = here(signIn.endSession);
  for (const [name, value] of Object.entries({id_token_hint: tokens.id, post_logout_redirect_uri: here(signIn.out)})) {
    const field = document.createElement('input');
    [field.type, field.name, field.value] = ['hidden', name, value];
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

function tokensOf(answer: oauth.TokenEndpointResponse): Tokens {
  return {access: answer.access_token, id: answer.id_token ?? '', until: Date.now() + (answer.expires_in ?? 60) * 1000};
}
