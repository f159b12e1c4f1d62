import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import 'graphiql/graphiql.css';
import '@graphiql/plugin-explorer/dist/style.css';
import './playground.css';
import { createFetcher } from './fetcher.js';
import { chosenFiles, filesPlugin } from './files.jsx';
import { HeaderCompletion } from './header-completion.jsx';
import { keptHeaders } from './kept-headers.js';
import { ownersPlugin } from './owners.jsx';
import { queryPlanPlugin } from './query-plan.jsx';
import { SearchKey } from './search-key.jsx';
import { ShareButton, takeShared } from './share.jsx';
import { Summary } from './summary.jsx';
import { startTour } from './tour.js';
import { tourPlugin } from './tour.jsx';

// The router writes what differs from one installation to the next into the data attributes of the root element.
const root = document.getElementById('playground');
const { endpoint, path, defaultQuery, title, tour: tourDocument } = root.dataset;

const tour = startTour(tourDocument);
const fetcher = createFetcher(endpoint, chosenFiles, (params, part) => tour?.hear(params, part));
const plugins = [queryPlanPlugin, ownersPlugin, filesPlugin, explorerPlugin({ showAttribution: false })];
if (tour) {
  plugins.unshift(tourPlugin(tour));
}
const brought = takeShared();

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    query={brought.query}
    variables={brought.variables}
    defaultQuery={defaultQuery || undefined}
    defaultEditorToolsVisibility={brought.variables ? 'variables' : false}
    shouldPersistHeaders={keptHeaders()}
    toolbar={{ additionalContent: <ShareButton path={path} /> }}
    inputValueDeprecation
  >
    <GraphiQL.Logo>
      <span className="weft-logo">{title || 'Weft'}</span>
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <SearchKey />
      <HeaderCompletion />
      <Summary />
    </GraphiQL.Footer>
  </GraphiQL>,
);
