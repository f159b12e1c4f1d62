import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useEditorContext, useSchemaContext } from '@graphiql/react';
import { parse } from 'graphql';
import { formatBytes } from './format.js';
import { placesOf } from './uploads.js';

// filesPlugin is the panel in which files are chosen for variables.
export const filesPlugin = {
  title: 'Files',
  icon: FilesIcon,
  content: FilesPanel,
};

let chosen = new Map();
const listeners = new Set();

// chosenFiles are the files for each place, until the page is left: a browser gives no page a file twice.
export function chosenFiles() {
  return chosen;
}

function choose({ path, many }, files) {
  chosen = new Map(chosen);
  if (files.length > 0) {
    chosen.set(path, { many, files });
  } else {
    chosen.delete(path);
  }
  listeners.forEach((listener) => listener());
}

function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function FilesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M17.5 8.5l-7.6 7.6a2 2 0 0 0 2.8 2.8l7-7a4 4 0 0 0-5.6-5.7l-7.4 7.4a6 6 0 0 0 8.5 8.5l5.3-5.3" />
    </svg>
  );
}

function FilesPanel() {
  const text = useQueryText();
  const { schema } = useSchemaContext({ nonNull: true });
  const files = useSyncExternalStore(listen, chosenFiles);
  const places = useMemo(() => {
    try {
      return schema ? placesOf(schema, parse(text)) : [];
    } catch {
      return []; // the editor underlines what is wrong
    }
  }, [schema, text]);
  return (
    <section className="weft-files" aria-label="Files">
      <h2>Files</h2>
      {places.length === 0 && (
        <p className="weft-plan-empty">
          No variable of this document takes a file: declare one of the type <code>Upload</code>, such as{' '}
          <code>mutation ($file: Upload!)</code>.
        </p>
      )}
      {places.map((place) => (
        <Place key={place.path} place={place} files={files.get(place.path)?.files ?? []} />
      ))}
    </section>
  );
}

function Place({ place, files }) {
  return (
    <div className="weft-files-place">
      <label>
        <code>
          ${place.path}: {place.type}
        </code>
        {files.length === 0 && (
          <input type="file" multiple={place.many} onChange={(event) => choose(place, [...event.target.files])} />
        )}
      </label>
      {files.map((file, i) => (
        <p key={i}>
          {file.name} <span className="weft-owned-facts">{formatBytes(file.size)}</span>
        </p>
      ))}
      {files.length > 0 && (
        <button type="button" onClick={() => choose(place, [])}>
          Remove
        </button>
      )}
    </div>
  );
}

// useQueryText is what stands in the editor of queries.
function useQueryText() {
  const { queryEditor } = useEditorContext({ nonNull: true });
  const [text, setText] = useState('');
  useEffect(() => {
    if (!queryEditor) {
      return undefined;
    }
    const read = () => setText(queryEditor.getValue());
    read();
    queryEditor.on('change', read);
    return () => queryEditor.off('change', read);
  }, [queryEditor]);
  return text;
}
