import { useEffect, useMemo, useState } from 'react';
import { loadGraph } from './graph.js';
import { plural } from './format.js';

// ownersPlugin is the panel that shows the schema with its owners: which subgraphs resolve a field, and through which key
// they are asked for the object it is of.
export const ownersPlugin = {
  title: 'Owners',
  icon: OwnersIcon,
  content: OwnersPanel,
};

// most is how many types are shown at a time: a larger graph is searched.
const most = 60;

function OwnersIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <rect x="3.5" y="4" width="17" height="6" rx="1.5" />
      <rect x="3.5" y="14" width="7" height="6" rx="1.5" />
      <rect x="13.5" y="14" width="7" height="6" rx="1.5" />
      <path d="M7 10v4M17 10v4" />
    </svg>
  );
}

function OwnersPanel() {
  const [graph, setGraph] = useState(null);
  const [failure, setFailure] = useState('');
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    let here = true;
    loadGraph().then(
      (loaded) => here && setGraph(loaded),
      (error) => here && setFailure(error.message),
    );
    return () => {
      here = false;
    };
  }, []);
  const subgraphs = useMemo(() => (graph ? subgraphsOf(graph) : []), [graph]);
  const found = useMemo(() => (graph ? search(graph.types, wanted.trim().toLowerCase()) : []), [graph, wanted]);
  return (
    <section className="weft-owners" aria-label="Owners">
      <h2>Owners</h2>
      <input
        type="search"
        className="weft-owners-search"
        placeholder="Type, field or subgraph"
        aria-label="Search for a type, a field or a subgraph"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {failure && <p className="weft-plan-warning">The router does not tell who owns what: {failure}.</p>}
      {graph && found.length === 0 && <p className="weft-plan-empty">Nothing has that name.</p>}
      {found.slice(0, most).map((type) => (
        <OwnedType key={type.name} type={type} open={wanted.trim() !== ''} subgraphs={subgraphs} />
      ))}
      {found.length > most && (
        <p className="weft-plan-empty">And {plural(found.length - most, 'type', 'types')} more: search for them.</p>
      )}
    </section>
  );
}

function OwnedType({ type, open, subgraphs }) {
  return (
    <details className="weft-owned-type" open={open || undefined} key={String(open)}>
      <summary>
        <span className="weft-owned-name">{type.name}</span>{' '}
        <span className="weft-owned-facts">{plural(type.fields.length, 'field', 'fields')}</span>
      </summary>
      {(type.keys ?? []).map((key) => (
        <div key={`${key.subgraph} ${key.fields}`} className="weft-owned-key">
          <Owner name={key.subgraph} subgraphs={subgraphs} /> is asked for it by <code>{key.fields}</code>
        </div>
      ))}
      <ul>
        {type.fields.map((field) => (
          <li key={field.name} className="weft-owned-field">
            <code>
              {field.name}: {field.type}
            </code>
            {field.in.map((place) => (
              <Owner key={place.subgraph} name={place.subgraph} subgraphs={subgraphs} facts={factsOf(place, type)} />
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

// factsOf says how a subgraph comes to resolve a field of a type.
function factsOf(place, type) {
  const keys = (type.keys ?? []).filter((key) => key.subgraph === place.subgraph).map((key) => key.fields);
  const facts = [];
  if (keys.length > 0) {
    facts.push(`through ${keys.join(' or ')}`);
  }
  if (place.requires) {
    facts.push(`needs ${place.requires}`);
  }
  if (place.label) {
    facts.push(`while ${place.label} decides`);
  }
  return facts.join(', ');
}

function Owner({ name, subgraphs, facts }) {
  return (
    <span className={`weft-owner weft-colour-${subgraphs.indexOf(name) % 8}`}>
      <span className="weft-owner-name">{name}</span>
      {facts && <span className="weft-owner-facts"> {facts}</span>}
    </span>
  );
}

function subgraphsOf(graph) {
  const names = new Set();
  for (const type of graph.types) {
    for (const field of type.fields) {
      for (const place of field.in) {
        names.add(place.subgraph);
      }
    }
  }
  return [...names].sort();
}

// search returns the types that have what is wanted, with the fields that do: all of them where the type itself does.
function search(types, wanted) {
  if (!wanted) {
    return types;
  }
  const has = (text) => text.toLowerCase().includes(wanted);
  const found = [];
  for (const type of types) {
    const fields = type.fields.filter((field) => has(field.name) || field.in.some((place) => has(place.subgraph)));
    if (has(type.name)) {
      found.push(type);
    } else if (fields.length > 0) {
      found.push({ ...type, fields });
    }
  }
  return found;
}
