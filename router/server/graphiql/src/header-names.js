// What is known of headers: those that a client of a GraphQL server may want to send, and values that they mostly have.
const usual = {
  Accept: ['application/graphql-response+json', 'application/json', 'multipart/mixed'],
  'Accept-Language': ['en', 'de', 'fr', 'es'],
  'Apollo-Require-Preflight': ['true'],
  'Apollographql-Client-Name': [],
  'Apollographql-Client-Version': [],
  Authorization: ['Bearer ', 'Basic '],
  'Cache-Control': ['no-cache', 'no-store', 'max-age=0'],
  'X-Request-ID': [],
  traceparent: [],
};

// place tells where the end of a line's beginning is: in a header's name, or in a header's value; from is where the
// quotes begin, or what is to be put in quotes.
export function place(before) {
  const value = /"([\w-]+)"\s*:\s*("?)([^"]*)$/.exec(before);
  if (value) {
    const from = before.length - value[3].length - value[2].length;
    return { kind: 'value', name: value[1], typed: value[3], from };
  }
  const name = /"?([\w-]*)$/.exec(before);
  return { kind: 'name', typed: name[1], from: before.length - name[0].length };
}

// suggest lists what can stand there. Names that the text has already are left out.
export function suggest(at, known, text) {
  const typed = at.typed.toLowerCase();
  if (at.kind === 'value') {
    const name = Object.keys(usual).find((one) => one.toLowerCase() === at.name.toLowerCase());
    return (usual[name] ?? []).filter((value) => value.toLowerCase().startsWith(typed) && value !== at.typed);
  }
  const there = text.toLowerCase();
  const names = new Map();
  for (const name of [...known, ...Object.keys(usual)]) {
    names.set(name.toLowerCase(), names.get(name.toLowerCase()) ?? name);
  }
  return [...names]
    .filter(([lower]) => lower.includes(typed) && lower !== typed && !there.includes(`"${lower}"`))
    .sort(([a], [b]) => Number(b.startsWith(typed)) - Number(a.startsWith(typed)) || (a < b ? -1 : 1))
    .map(([, name]) => name);
}
