import { useEffect, useState } from 'react';

// writeText puts a text on the clipboard. Browsers offer the clipboard only on HTTPS and to localhost, and may refuse it;
// then the old way may still work.
async function writeText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // The old way, then.
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'weft-offscreen';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) {
    throw new Error('the browser refuses to copy');
  }
}

// useCopy returns a function that copies a text, and for two seconds what came of it: 'copied' or 'refused'.
export function useCopy() {
  const [outcome, setOutcome] = useState(null);
  useEffect(() => {
    if (!outcome) {
      return undefined;
    }
    const timer = setTimeout(() => setOutcome(null), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (text) =>
    writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  return [outcome, copy];
}

const words = { copied: 'Copied', refused: 'Refused' };

// CopyButton copies what text returns.
export function CopyButton({ text, label }) {
  const [outcome, copy] = useCopy();
  return (
    <button type="button" className="weft-copy" aria-label={label} title={label} onClick={() => copy(text())}>
      {words[outcome] ?? 'Copy'}
    </button>
  );
}
