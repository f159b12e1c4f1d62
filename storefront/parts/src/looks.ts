import {css} from 'lit';

// Colours, sizes and fonts are custom properties of the page (shell/src/shop.css), which reach into shadow trees. These are
// the rules that every fragment needs there.

export const controls = css`
  *, *::before, *::after { box-sizing: border-box; }
  button, .button {
    font: inherit; font-weight: 600; line-height: 1.2; cursor: pointer; display: inline-flex; align-items: center; justify-content: center; gap: .5rem;
    min-height: 2.75rem; padding: .6rem 1.25rem; border-radius: 999px; border: 1px solid transparent;
    background: var(--accent); color: var(--on-accent); text-decoration: none;
  }
  button:hover:not(:disabled), .button:hover { background: var(--accent-strong); }
  button:disabled { cursor: not-allowed; opacity: .55; }
  button.quiet, .button.quiet { background: transparent; color: var(--ink); border-color: var(--edge-strong); }
  button.quiet:hover:not(:disabled), .button.quiet:hover { background: var(--tint); }
  button.small { min-height: 2.25rem; padding: .35rem .9rem; font-size: .875rem; }
  button.link { background: none; color: var(--accent-text); padding: .25rem; min-height: 0; text-decoration: underline; text-underline-offset: .2em; font-weight: 500; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  input, select, textarea {
    font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--edge-strong); border-radius: .6rem; min-height: 2.75rem;
    padding: .5rem .75rem; width: 100%;
  }
  textarea { min-height: 7rem; resize: vertical; }
  input[type=checkbox], input[type=radio] { width: 1.15rem; min-height: 1.15rem; height: 1.15rem; accent-color: var(--accent); margin: 0; flex: none; }
  [aria-invalid=true] { border-color: var(--bad); }
  label { font-weight: 500; font-size: .9rem; }
  .field { display: grid; gap: .3rem; align-content: start; }
  .field .complaint, .complaints { color: var(--bad); font-size: .9rem; margin: 0; }
  .complaints { border: 1px solid var(--bad); border-radius: .6rem; padding: .6rem .9rem; }
  .complaints p { margin: 0; }
  @media (prefers-reduced-motion: no-preference) { button, .button { transition: background-color .15s, border-color .15s; } }
`;

export const looks = [controls, css`
  :host { display: flow-root; }
  h1, h2, h3 { font-family: var(--display); font-weight: 600; line-height: 1.15; letter-spacing: -.015em; margin: 0; text-wrap: balance; }
  h1 { font-size: clamp(1.7rem, 1.2rem + 2vw, 2.5rem); }
  h2 { font-size: clamp(1.3rem, 1.1rem + 1vw, 1.65rem); }
  h3 { font-size: 1.05rem; }
  p { margin: 0; }
  a { color: inherit; }
  ul, ol { list-style: none; margin: 0; padding: 0; }
  .muted { color: var(--ink-soft); }
  .price { font-variant-numeric: tabular-nums; font-weight: 650; }
  .card { background: var(--card); border: 1px solid var(--edge); border-radius: var(--round); padding: clamp(1rem, .6rem + 1.5vw, 1.6rem); }
  .unavailable { border: 1px dashed var(--edge-strong); border-radius: var(--round); padding: 1.25rem; display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; justify-content: space-between; }
  .bone { background: var(--bone); border-radius: .5rem; color: transparent; user-select: none; }
  .tag { display: inline-flex; align-items: center; gap: .4em; font-size: .8rem; font-weight: 600; padding: .2rem .6rem; border-radius: 999px; background: var(--tint); color: var(--ink); }
  .tag.good { background: var(--good-tint); color: var(--good); }
  .tag.bad { background: var(--bad-tint); color: var(--bad); }
  .tag.warn { background: var(--warn-tint); color: var(--warn); }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (prefers-reduced-motion: no-preference) {
    .bone { animation: breathe 1.6s ease-in-out infinite alternate; }
    @keyframes breathe { to { opacity: .55; } }
  }
`];
