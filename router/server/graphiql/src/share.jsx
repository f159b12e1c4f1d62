import { ToolbarButton, useEditorContext } from '@graphiql/react';
import { useCopy } from './copy-button.jsx';

// What a link brings along: ?query=…&variables=…
const shared = ['query', 'variables'];

// takeShared returns what the page's address brings, and takes it out of the address: loading the page again goes on with
// the tabs as they are by then.
export function takeShared() {
  const url = new URL(location.href);
  const brought = {};
  for (const name of shared) {
    const value = url.searchParams.get(name);
    if (value !== null) {
      brought[name] = value;
      url.searchParams.delete(name);
    }
  }
  if (Object.keys(brought).length > 0) {
    history.replaceState(null, '', url);
  }
  return brought;
}

const labels = { copied: 'The link is copied', refused: 'The browser refuses to copy' };

// ShareButton copies a link to the page at path that opens with the tab's operation and variables. Headers stay out of
// it, since they may hold secrets.
export function ShareButton({ path }) {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [outcome, copy] = useCopy();
  const copyLink = () => {
    const url = new URL(path, location.href);
    const values = { query: queryEditor?.getValue(), variables: variableEditor?.getValue() };
    for (const name of shared) {
      if (values[name]) {
        url.searchParams.set(name, values[name]);
      }
    }
    copy(url.href);
  };
  return (
    <ToolbarButton onClick={copyLink} label={labels[outcome] ?? 'Copy a link to this query'}>
      <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        {outcome === 'copied' ? (
          <path d="M5 12.5l4.5 4.5L19 7.5" strokeLinecap="round" />
        ) : (
          <path
            d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1 1M14 10a4.5 4.5 0 0 0-6.4 0l-3 3A4.5 4.5 0 0 0 11 19.4l1-1"
            strokeLinecap="round"
          />
        )}
      </svg>
    </ToolbarButton>
  );
}
