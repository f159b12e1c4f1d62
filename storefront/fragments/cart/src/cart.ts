import {define} from '@shop/parts';
import {Cart} from './cart-page.ts';
import {OrderPage} from './order-page.ts';

define('shop-cart', Cart);
define('shop-order', OrderPage);
