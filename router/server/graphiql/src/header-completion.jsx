import { useEffect } from 'react';
import { useEditorContext } from '@graphiql/react';
import { loadGraph } from './graph.js';
import { place, suggest } from './header-names.js';

// HeaderCompletion completes names and values of headers in their editor: while one types, and with Ctrl-Space.
export function HeaderCompletion() {
  const { headerEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    if (!headerEditor) {
      return undefined;
    }
    let known = [];
    loadGraph().then(
      (graph) => (known = graph.headers),
      () => {}, // the usual names are completed all the same
    );
    const complete = () =>
      headerEditor.showHint({ hint: () => hint(headerEditor, known), completeSingle: false, container: document.querySelector('.graphiql-container') });
    const onInput = (_, change) => {
      if (change.origin?.startsWith('+') && /[\w-"]/.test(change.text.join(''))) {
        complete();
      }
    };
    const keys = { 'Ctrl-Space': complete };
    headerEditor.on('inputRead', onInput);
    headerEditor.addKeyMap(keys);
    return () => {
      headerEditor.off('inputRead', onInput);
      headerEditor.removeKeyMap(keys);
    };
  }, [headerEditor]);
  return null;
}

// hint is what can stand where the cursor is, as CodeMirror wants it.
function hint(editor, known) {
  const cursor = editor.getCursor();
  const line = editor.getLine(cursor.line);
  const at = place(line.slice(0, cursor.ch));
  const rest = line.slice(cursor.ch);
  const list = suggest(at, known, editor.getValue()).map((text) => ({
    text,
    displayText: text,
    hint: () => {
      // The editor has closed the quotes already, mostly.
      const to = { line: cursor.line, ch: cursor.ch + (rest.startsWith('"') ? 1 : 0) };
      const written = at.kind === 'name' && !/^"?\s*:/.test(rest) ? `"${text}": ""` : `"${text}"`;
      const from = { line: cursor.line, ch: at.from };
      editor.replaceRange(written, from, to, 'complete');
      editor.setCursor({ line: cursor.line, ch: at.from + written.length - 1 });
    },
  }));
  return { list, from: { line: cursor.line, ch: at.from }, to: cursor };
}
