// readEvents yields the answers of a subscription that come over text/event-stream, in the distinct connections mode of
// graphql-sse.
export async function* readEvents(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = '';
  let event = { name: '', data: '' };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      const lines = (kept + value).split('\n');
      kept = lines.pop();
      for (const line of lines) {
        if (line.startsWith('event: ')) {
          event.name = line.slice('event: '.length);
        } else if (line.startsWith('data: ')) {
          event.data += line.slice('data: '.length);
        } else if (line === '') {
          if (event.name === 'complete') {
            return;
          }
          if (event.name === 'next') {
            yield JSON.parse(event.data);
          }
          event = { name: '', data: '' };
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // it has broken off already when it was stopped
  }
}
