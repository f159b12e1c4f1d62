// The contract between the shell and fragments. A fragment is an ES module that defines custom elements; the shell sets
// their properties `shop`, `data`, `problems` and `params`.

/** A document of the manifest, by its name there. D and V are its types. */
export interface Operation<D, V> {
  readonly name: string;
  readonly id: string;
  /** Only for types. */
  readonly types?: (variables: V) => D;
}

/** An error of an answer. */
export interface Problem {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {readonly code?: string; readonly [name: string]: unknown};
}

/** What a payload tells the person who asked. */
export interface UserError {
  readonly field?: string | null;
  readonly message: string;
  readonly code: string;
}

/** An object that the shell knows again by type and key: every place that shows it is told. */
export interface Entity {
  readonly __typename: string;
  readonly id?: string;
  readonly upc?: string;
  readonly [field: string]: unknown;
}

/** Who is signed in. */
export interface Session {
  /** Whether somebody is. */
  readonly signedIn: boolean;
  /** Whether that person runs the shop, as far as the shell knows; services decide for themselves. */
  readonly operator: boolean;
  /** The guest's cart. */
  readonly guestCart: string | null;
  /** People that one may be without a password: there are some in weft dev only. */
  readonly people: readonly {readonly id: string; readonly name: string; readonly operator: boolean}[];
  /** Whether there is a page to sign in on. */
  readonly canSignIn: boolean;
  /** Leaves for the page to sign in on, or to open an account, and comes back to a page of the shop. */
  signIn(joining: boolean, then?: string): Promise<void>;
  be(id: string): Promise<void>;
  signOut(): Promise<void>;
  leaveGuestCart(): void;
}

/** What the shell does for fragments. */
export interface Shop {
  readonly session: Session;
  /** Sends an operation. What it answers about entities reaches all places; optimistic ones at once, until it has. */
  run<D, V>(operation: Operation<D, V>, variables: V, optimistic?: readonly Entity[]): Promise<D>;
  /** Follows a subscription until the function is called that it returns. It comes back by itself. */
  watch<D, V>(operation: Operation<D, V>, variables: V, told: (data: D) => void): () => void;
  /** Tells all places what is known of entities. The function undoes it. */
  patch(...entities: Entity[]): () => void;
  /** Asks for the page again. */
  reload(): Promise<void>;
  go(path: string): void;
  /** Says something to everybody, screen readers included. */
  say(text: string): void;
}

/** Refused is what `run` throws when the operation's fields could not be had. */
export class Refused extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems[0]?.message ?? 'The shop does not answer.');
    this.name = 'Refused';
    this.problems = problems;
  }
  /** Whether one of the errors has this code. */
  has(code: string): boolean {
    return this.problems.some((p) => p.extensions?.code === code);
  }
}

/** at is the address of a page of the shop: at('/cart'). */
export function at(path: string): string {
  return (document.documentElement.dataset['base'] ?? '') + path;
}
