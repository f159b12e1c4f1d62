import { useEffect, useLayoutEffect, useRef } from 'react';
import { useEditorContext, useExecutionContext } from '@graphiql/react';

// tourPlugin is the panel that leads through the steps of a tour: each opens in a tab of its own, with what the answers
// before have told as its variables.
export function tourPlugin(tour) {
  return {
    title: 'Tour',
    icon: TourIcon,
    content: () => <TourPanel tour={tour} />,
  };
}

function TourIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
      <circle cx="6" cy="18.5" r="2" />
      <path d="M8 18.5h8.5a3.25 3.25 0 0 0 0-6.5h-9a3.25 3.25 0 0 1 0-6.5H14" />
      <path d="M14 2.5v6l5-3z" />
    </svg>
  );
}

function TourPanel({ tour }) {
  const { done, values } = tour.use();
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const { run } = useExecutionContext({ nonNull: true });
  const open = useOpen();
  const shown = nameOf(tabs[activeTabIndex]);
  const onKeyDown = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  };
  return (
    <section className="weft-tour" aria-label="Tour" onKeyDown={onKeyDown}>
      <h2>Tour</h2>
      <p className="weft-tour-words">
        Open a step and run it (Ctrl-Enter). What its answer tells goes into the next ones.
      </p>
      <p className="weft-tour-progress">
        <span role="status">
          {done.length} of {tour.steps.length} done
        </span>
        {done.length > 0 && (
          <button type="button" onClick={() => tour.again()}>
            Start again
          </button>
        )}
      </p>
      <ol>
        {tour.steps.map((step, index) => (
          <Step
            key={step.name}
            step={step}
            number={index + 1}
            done={done.includes(step.name)}
            current={step.name === shown}
            values={values}
            open={() => open(step, valuesFor(step, values))}
          />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, number, done, current, values, open }) {
  const missing = step.inputs.filter(({ name, from }) => from && values[name] === undefined);
  const item = useRef(null);
  useEffect(() => {
    if (current) {
      item.current.scrollIntoView({ block: 'nearest' });
    }
  }, [current]);
  return (
    <li ref={item}>
      <button type="button" className="weft-tour-step" aria-current={current ? 'step' : undefined} onClick={open}>
        <span className="weft-tour-mark">{done ? <Check /> : number}</span>
        <span>
          <span className="weft-tour-title">{step.title}</span>{' '}
          <code>
            {step.kind} {step.name}
          </code>
          {done && <span className="weft-tour-spoken">, done</span>}
        </span>
      </button>
      <p>{step.text}</p>
      {current &&
        Object.entries(valuesFor(step, values)).map(([name, value]) => (
          <p key={name}>
            <code>
              ${name}: {JSON.stringify(value)}
            </code>
          </p>
        ))}
      {missing.map(({ name, from }) => (
        <p key={name} className="weft-plan-warning">
          Needs <code>${name}</code>, which &ldquo;{from.title}&rdquo; tells.
        </p>
      ))}
    </li>
  );
}

function Check() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" aria-hidden="true">
      <path d="M5 12.5l4.5 4.5L19 7.5" />
    </svg>
  );
}

// valuesFor are the variables of a step, as far as they are known.
function valuesFor(step, values) {
  return Object.fromEntries(
    step.inputs.filter(({ name }) => values[name] !== undefined).map(({ name }) => [name, values[name]]),
  );
}

// nameOf is the name of a tab's operation.
function nameOf(tab) {
  return tab?.operationName ?? tab?.title;
}

// useOpen returns a function that shows a step with its variables: in its tab, when there is one, with what was changed
// there, or in a new one.
function useOpen() {
  const editors = useEditorContext({ nonNull: true });
  const { tabs, activeTabIndex, addTab, changeTab } = editors;
  const { stop } = useExecutionContext({ nonNull: true });
  const opening = useRef(null);
  const active = tabs[activeTabIndex].id;
  useLayoutEffect(() => {
    if (opening.current) {
      fill(editors, opening.current);
      opening.current = null;
    }
  }, [active]);
  return (step, known) => {
    stop(); // a subscription belongs to the tab that is left
    const at = tabs.findIndex((tab) => nameOf(tab) === step.name);
    if (at === activeTabIndex) {
      fill(editors, { step, known });
      return;
    }
    // GraphiQL fills its editors while the tab is rendered. Within this event React would do that once more, after what
    // stands here, if an answer is about to be rendered; afterwards it comes after the answer, and once.
    setTimeout(() => {
      opening.current = { step, known, isNew: at < 0 };
      return at < 0 ? addTab() : changeTab(at);
    });
  };
}

// fill puts a step into the editors of the tab that is shown.
function fill({ queryEditor, variableEditor, setOperationName, updateActiveTabValues }, { step, known, isNew }) {
  if (isNew) {
    queryEditor.setValue(step.operation);
  }
  if (Object.keys(known).length > 0) {
    variableEditor.setValue(JSON.stringify({ ...read(variableEditor.getValue()), ...known }, null, 2));
  }
  setOperationName(step.name);
  updateActiveTabValues({ query: queryEditor.getValue(), variables: variableEditor.getValue() });
  document.querySelector('.graphiql-tab-active')?.scrollIntoView();
}

// read returns the object that a text is, or none when it is something else.
function read(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
