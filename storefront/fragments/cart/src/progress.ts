import type {OrderState} from './graphql.ts';

/** steps are what an order goes through, as people see it. */
export const steps: readonly {readonly state: OrderState; readonly title: string; readonly text: string}[] = [
  {state: 'PLACED', title: 'Placed', text: 'We have your order.'},
  {state: 'RESERVED', title: 'Set aside', text: 'Your pieces are set aside.'},
  {state: 'AUTHORISED', title: 'Payment agreed', text: 'Your bank agrees.'},
  {state: 'CONFIRMED', title: 'Paid', text: 'It is yours, and waits to be sent.'},
  {state: 'SHIPPED', title: 'On its way', text: 'It has left the warehouse.'},
  {state: 'DELIVERED', title: 'Delivered', text: 'It has arrived.'},
];

const ends: Readonly<Partial<Record<OrderState, string>>> = {
  REJECTED: 'Not possible', CANCELLED: 'Cancelled', EXPIRED: 'Timed out',
};

/** titleOf is what people call a state. */
export function titleOf(state: OrderState): string {
  return steps.find((s) => s.state === state)?.title ?? ends[state] ?? state;
}

/** failed tells whether an order ended before it arrived. */
export function failed(state: OrderState): boolean {
  return state in ends;
}

/** cancellable tells whether an order can still be called off. */
export function cancellable(state: OrderState): boolean {
  return state === 'PLACED' || state === 'RESERVED' || state === 'AUTHORISED' || state === 'CONFIRMED';
}
