// keptHeaders tells whether the headers of the tabs outlive the page, in the browser's storage: they do, unless they were
// switched off in the settings. GraphiQL itself would forget that choice with every load.
export function keptHeaders() {
  try {
    return localStorage.getItem('graphiql:shouldPersistHeaders') !== 'false';
  } catch {
    return false; // this browser keeps nothing
  }
}
