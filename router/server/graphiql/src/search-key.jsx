import { useEffect } from 'react';
import { DOC_EXPLORER_PLUGIN, usePluginContext } from '@graphiql/react';

const searchInput = '.graphiql-doc-explorer-search input, .graphiql-doc-explorer input';

// SearchKey makes Ctrl-K (⌘K) open the documentation and go to its search, from wherever the keyboard is.
export function SearchKey() {
  const { setVisiblePlugin } = usePluginContext({ nonNull: true });
  useEffect(() => {
    const onKey = (event) => {
      if (event.key?.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      setVisiblePlugin(DOC_EXPLORER_PLUGIN);
      focusWhenThere();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [setVisiblePlugin]);
  return null;
}

// focusWhenThere waits until the panel is rendered.
function focusWhenThere(tries = 60) {
  const input = document.querySelector(searchInput);
  if (input) {
    input.focus();
  } else if (tries > 0) {
    requestAnimationFrame(() => focusWhenThere(tries - 1));
  }
}
