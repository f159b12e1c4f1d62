// loadGraph fetches what the router tells of the graph beside its schema, once: who owns which field, and the headers
// that it looks at.
let loading;

export function loadGraph() {
  loading ??= fetch(new URL('graph.json', import.meta.url))
    .then((response) => {
      if (!response.ok) {
        throw new Error(`HTTP ${response.status}`);
      }
      return response.json();
    })
    .catch((error) => {
      loading = undefined; // the next one tries again
      throw error;
    });
  return loading;
}
