import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import 'graphiql/graphiql.css';
import '@graphiql/plugin-explorer/dist/style.css';
import './playground.css';
import { createFetcher } from './fetcher.js';
import { queryPlanPlugin } from './query-plan.jsx';
import { Summary } from './summary.jsx';

// The router writes what differs from one installation to the next into the data attributes of the root element.
const root = document.getElementById('playground');
const { endpoint, defaultQuery, title } = root.dataset;

const fetcher = createFetcher(endpoint);
const plugins = [queryPlanPlugin, explorerPlugin({ showAttribution: false })];

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    defaultQuery={defaultQuery || undefined}
    defaultEditorToolsVisibility={false}
    shouldPersistHeaders={false}
    inputValueDeprecation
  >
    <GraphiQL.Logo>
      <span className="weft-logo">{title || 'Weft'}</span>
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <Summary />
    </GraphiQL.Footer>
  </GraphiQL>,
);
