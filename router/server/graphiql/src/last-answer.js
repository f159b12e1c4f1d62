import { useSyncExternalStore } from 'react';

// What is known of the last answered operation: its plan, and how long the answer took. Shared by the panel and the
// footer, which React renders in different places of the tree.
let last = null;
const listeners = new Set();

export function record(answer) {
  last = answer;
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLastAnswer() {
  return useSyncExternalStore(subscribe, () => last);
}
