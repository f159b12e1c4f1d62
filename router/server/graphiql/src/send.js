// send is fetch. It resolves to the response, with the status, time and size of the answer. What is no answer of a GraphQL
// server becomes one with an error that says so, because GraphiQL would show the stack of an exception; failure is then
// the same in short.
export async function send(input, init) {
  const started = performance.now();
  let response;
  try {
    response = await fetch(input, init);
  } catch {
    return failed('No answer', `The router does not answer at ${new URL(input, location.href)}: is it running?`);
  }
  const measured = { status: response.status, ms: performance.now() - started, bytes: null };
  const length = response.headers.get('Content-Length');
  if (length !== null && !response.headers.get('Content-Encoding')) {
    measured.bytes = Number(length);
  }
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('multipart/') || type.startsWith('text/event-stream')) {
    return { response, measured };
  }
  let text;
  try {
    text = await response.text();
  } catch {
    return failed(`HTTP ${response.status}, broken off`, `The answer (HTTP ${response.status}) broke off before its end.`);
  }
  try {
    JSON.parse(text);
  } catch {
    return failed(
      `HTTP ${response.status}, not GraphQL`,
      `The answer (HTTP ${response.status}, ${type || 'no content type'}) is not GraphQL: ${text.slice(0, 300)}`,
    );
  }
  return { response: new Response(text, { headers: { 'Content-Type': type } }), measured };
}

function failed(failure, message) {
  const body = JSON.stringify({ errors: [{ message }] });
  return { response: new Response(body, { headers: { 'Content-Type': 'application/json' } }), failure };
}
