import { useMemo, useState } from 'react';
import { plural } from './format.js';

const plurals = { hit: 'hits', miss: 'misses', null: 'nulls' };

// CacheTable shows what the entity cache did for one fetch: a line per type, and behind it every entity with its key, its
// age, what it has left and its tags.
export function CacheTable({ entries }) {
  const groups = useMemo(() => groupByType(entries), [entries]);
  return (
    <div className="weft-cache" aria-label="Entity cache">
      {groups.map((group) => (
        <Group key={group.type} group={group} />
      ))}
    </div>
  );
}

function groupByType(entries) {
  const groups = new Map();
  for (const entry of entries) {
    if (!groups.has(entry.type)) {
      groups.set(entry.type, { type: entry.type, entries: [], counts: new Map() });
    }
    const group = groups.get(entry.type);
    group.entries.push(entry);
    group.counts.set(entry.status, (group.counts.get(entry.status) ?? 0) + 1);
  }
  return [...groups.values()];
}

function Group({ group }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="weft-cache-group">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>
          cache <strong>{group.type}</strong>
        </span>
        <span className="weft-cache-counts">
          {[...group.counts].map(([status, count]) => plural(count, status, plurals[status] ?? status)).join(' · ')}
        </span>
      </button>
      {open && (
        <ul>
          {group.entries.map((entry, index) => (
            <li key={index} className={`weft-cache-${entry.status}`}>
              <code>{entry.key}</code>
              <span>{entryFacts(entry)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function entryFacts(entry) {
  const facts = [entry.status];
  if (entry.source) {
    facts.push(`from ${entry.source}`);
  }
  if (entry.age) {
    facts.push(`${Math.round(entry.age)} s old`);
  }
  if (entry.left) {
    facts.push(`${Math.round(entry.left)} s left`);
  }
  if (entry.tags?.length > 0) {
    facts.push(entry.tags.join(', '));
  }
  return facts.join(' · ');
}
