"""The style of the review's page. Every text stands out from what is under it by at least 7 to 1, in light and dark."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1b1b; --soft: #f2f4f6; --line: #6b7280; --link: #10427a;
  --good: #0b4f1e; --bad: #8c1010; --careful: #5c3b00; --focus: #1b1b1b; --glow: #ffdd00; }
@media (prefers-color-scheme: dark) {
  :root { --page: #15181c; --text: #f2f2f2; --soft: #20252b; --line: #8b949e; --link: #a9cdff;
    --good: #8fe3a4; --bad: #ffb3ad; --careful: #ffd58a; --focus: #15181c; --glow: #ffdd00; }
}
* { box-sizing: border-box; }
body { font: 1.05rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0 auto;
  max-width: 78rem; padding: 0 1rem 3rem; }
h1 { font-size: 1.8rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 2.2rem 0 .6rem; }
summary { cursor: pointer; min-height: 1.5rem; padding: .2rem 0; }
summary h2 { display: inline; }
details { margin: 1rem 0; }
a { color: var(--link); text-underline-offset: .25em; }
a code { background: none; padding: 0; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--focus); outline-offset: 0;
  box-shadow: 0 0 0 6px var(--glow); }
a:focus-visible { color: #1b1b1b; background: #ffdd00; }
main:focus { outline: none; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; display: inline-block; padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; margin: 0; padding: .6rem 0;
  border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
nav a { display: inline-block; padding: .2rem 0; min-height: 1.6rem; }
li { margin: .25rem 0; overflow-wrap: anywhere; }
code { font: .92em/1.4 ui-monospace, monospace; background: var(--soft); padding: .05em .3em; border-radius: .2em; }
h1 code { font-size: .85em; }
.scroll { overflow-x: auto; margin: 1rem 0 1.6rem;
  background: linear-gradient(90deg, var(--page) 40%, transparent) 0 / 2rem 100% no-repeat local,
    linear-gradient(270deg, var(--page) 40%, transparent) 100% / 2rem 100% no-repeat local,
    linear-gradient(90deg, var(--line), transparent) 0 / .5rem 100% no-repeat scroll,
    linear-gradient(270deg, var(--line), transparent) 100% / .5rem 100% no-repeat scroll; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--soft); }
th[scope=row] { font-weight: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.day { white-space: nowrap; }
.verdict { font-size: 1.3rem; font-weight: bold; padding: .7rem 1rem; border-left: .5rem solid;
  background: var(--soft); }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: bold; }
.careful { color: var(--careful); }
.bars figcaption { font-weight: bold; }
.bars svg { display: block; width: 100%; min-width: 40rem; max-width: 60rem; height: auto; }
.bars text { font: 14px system-ui, sans-serif; fill: var(--text); }
.bars rect { fill: var(--link); }
figure { margin: 1rem 0; }
.boxes { list-style: none; padding-left: .2rem; }
.boxes li { padding-left: 1.9rem; position: relative; }
.boxes li::before { content: ""; position: absolute; left: 0; top: .2em; width: 1.1rem; height: 1.1rem;
  border: 2px solid var(--line); border-radius: .15rem; }
@media screen and (max-width: 45rem) {
  th, td { padding: .4rem .5rem; }
  table { width: max-content; min-width: 100%; }
  caption { max-width: calc(100vw - 2rem); }
  td:not(.number), thead th { max-width: 16rem; overflow-wrap: anywhere; }
  th[scope=row], thead th:first-child { position: sticky; left: 0; background: var(--soft);
    min-width: 8rem; max-width: 45vw;
    overflow-wrap: anywhere; border-right: 1px solid var(--line); }
}
@media print {
  body { color: #000; background: #fff; max-width: none; font-size: 9.5pt; }
  nav, .skip { display: none; }
  .scroll { overflow: visible; background: none; }
  th, td { padding: .35rem .45rem; }
  tr, .verdict { break-inside: avoid; }
  h2, h2 + p, caption, thead { break-after: avoid; }
  a { color: #000; }
}
"""
