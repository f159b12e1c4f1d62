/** pageAfter is the page of the shop to go to after sign-in, if the address names one: never one of another site. */
export function pageAfter(then: string | undefined): string | undefined {
  return then && /^\/(?![/\\])[^\\]*$/.test(then) ? then : undefined;
}
