import type {Entity} from '@shop/parts';
import type {CartLinesFragment} from './graphql.ts';

/** withQuantity is a cart as it will be when a line has another number of pieces; none takes the line out. */
export function withQuantity(cart: CartLinesFragment, upc: string, quantity: number): CartLinesFragment & Entity {
  const lines = cart.lines.flatMap((line) => {
    if (String(line.product?.upc) !== upc) return [line];
    if (quantity === 0) return [];
    return [{...line, quantity, total: {...line.total, minor: Number(line.unitPrice.minor) * quantity}}];
  });
  const currencies = new Set(lines.map((line) => line.total.currency));
  const [currency] = currencies;
  return {
    ...cart,
    id: String(cart.id),
    lines,
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    total: currencies.size === 1 && currency
      ? {__typename: 'Money', currency, minor: lines.reduce((sum, line) => sum + Number(line.total.minor), 0)}
      : null,
  };
}
