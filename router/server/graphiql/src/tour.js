import { useSyncExternalStore } from 'react';
import { getOperationAST, parse } from 'graphql';
import { readTour, refuses, valueIn } from './tour-steps.js';

// Where a browser keeps how far the tour is, beside the tabs that GraphiQL keeps: the product of the first step is
// there after the page was loaded again, too.
const storageKey = 'weft:tour';

// The letters of values that are made up: they do for product codes, too.
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

// startTour begins the tour of a document, or goes on with it; null when there is none.
export function startTour(document) {
  try {
    return document ? new Tour(document) : null;
  } catch (error) {
    console.error(`The tour is not shown: ${error.message}`); // the rest of the page has to work
    return null;
  }
}

// Tour is how far somebody has come with the steps of a document.
class Tour {
  #listeners = new Set();
  #progress;

  constructor(document) {
    this.steps = readTour(document);
    this.#progress = this.#kept() ?? this.#begun();
  }

  // use is the progress: {done: [names], values: {name: value}}. It is called while rendering.
  use() {
    return useSyncExternalStore(this.#listen, () => this.#progress);
  }

  // again forgets what was done and told, and makes up other values.
  again() {
    this.#put(this.#begun());
  }

  // hear notes what an operation was answered with: steps that went well are done, and tell values.
  hear({ query, operationName }, result) {
    const step = this.#stepOf(query, operationName);
    if (!step || !result?.data || result.errors?.length > 0 || refuses(result.data)) {
      return;
    }
    const values = { ...this.#progress.values };
    for (const name of step.tells) {
      values[name] = valueIn(result.data, name) ?? values[name];
    }
    this.#put({ done: [...new Set(this.#progress.done).add(step.name)], values });
  }

  #stepOf(query, operationName) {
    try {
      const name = operationName ?? getOperationAST(parse(query))?.name?.value;
      return this.steps.find((step) => step.name === name);
    } catch {
      return undefined; // what does not parse is no step
    }
  }

  #listen = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #put(progress) {
    this.#progress = progress;
    try {
      localStorage.setItem(storageKey, JSON.stringify(progress));
    } catch {
      // This browser keeps nothing: the tour ends with the page.
    }
    this.#listeners.forEach((listener) => listener());
  }

  #kept() {
    try {
      const { done, values } = JSON.parse(localStorage.getItem(storageKey));
      const known = done.filter((name) => this.steps.some((step) => step.name === name));
      return { done: known, values: { ...this.#begun().values, ...values } };
    } catch {
      return null;
    }
  }

  #begun() {
    const untold = this.steps.flatMap((step) => step.inputs).filter(({ from }) => !from);
    return { done: [], values: Object.fromEntries(untold.map(({ name }) => [name, madeUp()])) };
  }
}

function madeUp() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => letters[byte % letters.length]).join('');
}
