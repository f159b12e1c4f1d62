import type {OrderState} from './graphql.ts';

export interface Action {
  readonly kind: 'ship' | 'deliver' | 'call off';
  readonly title: string;
  /** What the order becomes by it. */
  readonly state: OrderState;
}

export const states: Readonly<Record<OrderState, string>> = {
  PLACED: 'Placed', RESERVED: 'Set aside', AUTHORISED: 'Payment agreed', CONFIRMED: 'To be sent', SHIPPED: 'On its way', DELIVERED: 'Delivered',
  REJECTED: 'Not possible', CANCELLED: 'Cancelled', EXPIRED: 'Timed out',
};

/** actionsOf is what can be done with an order in a state. */
export function actionsOf(state: OrderState): Action[] {
  const callOff: Action = {kind: 'call off', title: 'Call off', state: 'CANCELLED'};
  switch (state) {
    case 'CONFIRMED': return [{kind: 'ship', title: 'Ship', state: 'SHIPPED'}, callOff];
    case 'SHIPPED': return [{kind: 'deliver', title: 'Delivered', state: 'DELIVERED'}];
    case 'PLACED': case 'RESERVED': case 'AUTHORISED': return [callOff];
    default: return [];
  }
}
