// What the page says to the shell: where the router is, under which ids it knows the operations of pages, and which
// fragments there are. All of it can change without another shell.

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly operator: boolean;
}

export interface Setup {
  readonly endpoint: string;
  /** Ids of operations in the manifest, by name. */
  readonly operations: Readonly<Record<string, string>>;
  /** Fragments by name, with the versions that the import map names. */
  readonly fragments: Readonly<Record<string, string>>;
  /** Whom one may be without a password: in weft dev only. */
  readonly people: readonly Person[];
}

export const setup: Setup = JSON.parse(document.getElementById('setup')?.textContent ?? '{}');
