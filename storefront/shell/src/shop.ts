import {Refused, type Entity, type Operation, type Shop} from '@shop/parts';
import {ask, type Answer} from './client.ts';
import {before, entitiesIn, keyOf, merged} from './entities.ts';
import {MergeCart} from './graphql.ts';
import {reconnect, watch} from './live.ts';
import {session} from './session.ts';

type Data = Record<string, unknown> & {cart?: unknown};

/** PageShop is what fragments can ask of the shell, and what the page knows. */
export class PageShop implements Shop {
  readonly session = session;
  /** The page's answer as it is now. */
  answer: Answer<Data> = {data: null, errors: [], complete: false};
  /** Called whenever the answer changes. */
  changed: () => void = () => {};
  reload: () => Promise<void> = async () => {};
  go: (path: string) => void = () => {};
  say: (text: string) => void = () => {};

  private queue: Promise<unknown> = Promise.resolve();

  constructor() {
    session.changed = async (guestCart) => {
      reconnect();
      if (guestCart) {
        try {
          await this.run(MergeCart, {cart: guestCart});
        } finally {
          session.leaveGuestCart();
        }
      }
      await this.reload();
    };
  }

  // Operations go one after the other, so that the last click has the last word.
  run<D, V>(operation: Operation<D, V>, variables: V, optimistic: readonly Entity[] = []): Promise<D> {
    const undo = this.patch(...optimistic);
    const turn = Promise.race([this.queue, leaving]).then(() => this.send(operation, variables));
    this.queue = turn.catch(() => {});
    return turn.then((data) => {
      if (refused(data)) undo();
      this.take(data);
      return data;
    }, (error: unknown) => {
      undo();
      throw error;
    });
  }

  private async send<D, V>(operation: Operation<D, V>, variables: V): Promise<D> {
    await session.fresh();
    let last: Answer<D> | undefined;
    await ask(operation, variables, (answer) => { last = answer; }, {outlives: true});
    if (!last?.data || last.errors.some((e) => e.path?.length === 1)) throw new Refused(last?.errors ?? []);
    return last.data;
  }

  watch<D, V>(operation: Operation<D, V>, variables: V, told: (data: D) => void): () => void {
    return watch(operation, variables, (data) => {
      this.take(data);
      told(data);
    });
  }

  patch(...entities: Entity[]): () => void {
    if (entities.length === 0) return () => {};
    const old = before(this.answer.data, entities);
    this.know(entities);
    return () => this.know(old);
  }

  /** take has all places know what an answer says. */
  private take(data: unknown): void {
    const found = entitiesIn(data);
    for (const [key, entity] of found) {
      if (!key.startsWith('Cart:')) continue;
      session.keepGuestCart(String(entity['id']));
      // The page was asked for when there was no cart yet.
      if (this.answer.data && !this.answer.data.cart) {
        this.answer = {...this.answer, data: {...this.answer.data, cart: entity}};
        this.changed();
      }
    }
    this.know([...found.values()] as unknown as Entity[]);
  }

  private know(entities: readonly Entity[]): void {
    const data = merged(this.answer.data, new Map(entities.map((e) => [keyOf(e) ?? '', e])));
    if (data === this.answer.data) return;
    this.answer = {...this.answer, data};
    this.changed();
  }
}

// Whoever leaves the page does not take back what was clicked: it is sent at once then, and outlives the page.
const leaving = new Promise((resolve) => addEventListener('pagehide', resolve));

/** refused tells whether a payload says that nothing was done. */
function refused(data: unknown): boolean {
  return Object.values(data as Record<string, unknown>).some((payload) => {
    const errors = (payload as {userErrors?: unknown[]} | null)?.userErrors;
    return Array.isArray(errors) && errors.length > 0;
  });
}
