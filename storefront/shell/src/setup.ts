// What the page says to the shell: where the router is, under which ids it knows the operations of pages, and which
// fragments there are. All of it can change without another shell.

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly operator: boolean;
}

/** Where people sign in: paths are of the page's own origin. */
export interface SignIn {
  readonly issuer: string;
  readonly client: string;
  readonly authorize: string;
  readonly token: string;
  readonly endSession: string;
  /** Where people come back to, and where they go who have signed out. */
  readonly back: string;
  readonly out: string;
}

export interface Setup {
  readonly endpoint: string;
  /** Ids of operations in the manifest, by name. */
  readonly operations: Readonly<Record<string, string>>;
  /** Fragments by name, with the versions that the import map names. */
  readonly fragments: Readonly<Record<string, string>>;
  /** The OpenID provider; null when there is none. */
  readonly signIn: SignIn | null;
  /** Whom one may be without a password: in weft dev only. */
  readonly people: readonly Person[];
}

export const setup: Setup = JSON.parse(document.getElementById('setup')?.textContent ?? '{}');
