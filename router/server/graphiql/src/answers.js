import { useEffect, useSyncExternalStore } from 'react';
import { useEditorContext } from '@graphiql/react';

// What is known of the last run of each tab: its plan, and how long the answer took. Shared by the panel and the status
// line, which React renders in different places of the tree.
const answers = new Map();
const listeners = new Set();
let activeTab = null;

function changed() {
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// begin notes that the active tab's operation is sent. What it returns takes the answer, or the next part of it.
export function begin() {
  const tab = activeTab;
  let run = { state: 'running' };
  const put = (next) => {
    const stale = answers.get(tab) !== run;
    run = next;
    if (!stale) {
      answers.set(tab, run);
      changed();
    }
  };
  answers.set(tab, run);
  changed();
  return {
    answered: (answer) => put({ state: 'answered', ...answer }),
    failed: (reason) => put({ state: 'failed', reason }),
    stopped: () => run.state === 'running' && put({ state: 'stopped' }),
  };
}

// useAnswer is the last run of the tab that is shown, or undefined when nothing was run in it since the page was opened.
export function useAnswer() {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const tab = tabs[activeTabIndex];
  useEffect(() => {
    activeTab = tab.id;
    changed();
  }, [tab.id]);
  const answer = useSyncExternalStore(subscribe, () => answers.get(tab.id));
  // GraphiQL reports some mistakes, such as variables that are not JSON, in the place of an answer and without sending
  // anything: what is shown there then is not of the run that is known.
  useEffect(() => {
    if (answer && answer.state !== 'running' && tab.response) {
      if (answer.shown === undefined) {
        answer.shown = tab.response;
      } else if (answer.shown !== tab.response) {
        answers.delete(tab.id);
        changed();
      }
    }
  }, [answer, tab.id, tab.response]);
  return answer;
}
