// The style sheet of every page. System fonts only; light and dark; one column on a phone, tables become cards; paper.
#pragma once

namespace udrl::page {

inline constexpr const char* style_sheet = R"css(
:root {
  --bg: #faf9f6; --card: #ffffff; --ink: #1c1e21; --muted: #63676d; --line: #e3e0d9; --soft: #f1efe9;
  --student: #0b756f; --model: #46568f; --control: #94866d; --good: #1d7a45; --bad: #b03a2e; --open: #8a6a12;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #141619; --card: #1b1e22; --ink: #e7e5e0; --muted: #9ca0a6; --line: #2d3137; --soft: #22262b;
    --student: #4cc2b7; --model: #9aa9e6; --control: #a89a80; --good: #63c48c; --bad: #ee8276; --open: #d9b65c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.55 var(--sans); }
main { max-width: 1120px; margin: 0 auto; padding: 56px 32px 72px; }
h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.18; letter-spacing: -0.01em; text-wrap: balance; }
h1 { font-size: clamp(1.9rem, 1.2rem + 2.9vw, 3.1rem); margin: 10px 0 18px; max-width: 21em; }
h2 { font-size: 1.55rem; margin: 64px 0 6px; }
h3 { font-size: 0.95rem; margin: 0 0 2px; }
p { margin: 0 0 12px; max-width: 46em; text-wrap: pretty; }
.kicker { font-size: 0.8rem; letter-spacing: 0.09em; text-transform: uppercase; color: var(--muted); margin: 0; }
.lead { font-size: 1.13rem; max-width: 44em; }
.decision { display: flex; gap: 12px; align-items: flex-start; }
.under { color: var(--muted); margin-bottom: 18px; }
.muted { color: var(--muted); }
.small { font-size: 0.85rem; }
.verdict { display: inline-block; font-weight: 650; font-size: 0.82rem; letter-spacing: 0.06em; padding: 3px 11px;
  border: 1.5px solid currentColor; border-radius: 99px; white-space: nowrap; }
.PASS { color: var(--good); } .FAIL { color: var(--bad); } .INCONCLUSIVE, .WITHHELD, .UNDEFINED, .UNKNOWN { color: var(--open); }
.notes { border-left: 3px solid var(--open); padding: 2px 0 2px 16px; margin: 20px 0 0; }
.notes p { margin: 4px 0; font-size: 0.93rem; }
.facts { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; overflow: hidden; margin: 32px 0 14px; }
.facts > div { box-shadow: 0 0 0 1px var(--line); background: var(--card); padding: 18px 20px 16px; }
.facts b { display: block; font: 600 1.75rem/1.15 var(--serif); font-variant-numeric: lining-nums; margin-bottom: 5px; }
.facts span { display: block; font-size: 0.88rem; line-height: 1.4; color: var(--muted); }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; margin-top: 20px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px 14px; min-width: 0; }
figure p { font-size: 0.88rem; color: var(--muted); margin: 0 0 10px; line-height: 1.4; }
svg { display: block; width: 100%; height: auto; font: 12px var(--sans); font-variant-numeric: tabular-nums; }
svg text { fill: var(--ink); }
svg .tick, svg .title { fill: var(--muted); font-size: 11.5px; }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg .halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
svg .grid { stroke: var(--line); } svg .axis { stroke: var(--muted); stroke-width: 1; }
svg .guide { stroke: var(--muted); stroke-dasharray: 4 4; }
svg .whisker { stroke-width: 2.5; stroke-linecap: round; opacity: 0.5; }
svg .student { --c: var(--student); } svg .model { --c: var(--model); } svg .control { --c: var(--control); }
svg .dot { fill: var(--c); } svg .whisker { stroke: var(--c); } svg .value { fill: var(--c); font-weight: 650; }
svg text.student { fill: var(--student); font-weight: 650; }
svg .faint { fill: var(--c); opacity: 0.28; }
svg .dashed { stroke-dasharray: 6 5; }
svg .cell { fill: var(--student); stroke: var(--line); } svg .below { fill: var(--bad); }
svg .curve { fill: none; stroke: var(--c); stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
table { border-collapse: collapse; width: 100%; margin: 16px 0 8px; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th { text-align: right; font-weight: 600; font-size: 0.8rem; line-height: 1.3; color: var(--muted); padding: 6px 10px; vertical-align: bottom;
  border-bottom: 1.5px solid var(--line); }
td { text-align: right; padding: 9px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } td:first-child { min-width: 13em; }
th:last-child, td:last-child { padding-right: 0; }
td small { display: block; color: var(--muted); font-size: 0.8rem; white-space: nowrap; }
td small.prose { white-space: normal; overflow-wrap: anywhere; min-width: 11em; }
table.words th, table.words td { text-align: left; } .cure { color: var(--muted); margin-top: 2px; }
table.narrow { max-width: 760px; }
tr.student td:first-child { color: var(--student); font-weight: 650; }
tr.control td:first-child { color: var(--muted); }
.pair { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 22px 18px; margin: 14px 0; break-inside: avoid; }
.pair header { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; margin-bottom: 10px; }
.pair header b { font: 600 1.12rem/1.35 var(--serif); overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 12px 34px; }
.columns > div { min-width: 0; }
.who { font-size: 0.8rem; font-weight: 650; color: var(--model); margin: 0 0 3px; }
.who.student { color: var(--student); }
.said { margin: 0 0 5px; overflow-wrap: anywhere; line-height: 1.5; }
.how { font-size: 0.8rem; color: var(--muted); margin: 0; font-variant-numeric: tabular-nums; }
.broken { color: var(--bad); }
ul { padding-left: 1.15em; max-width: 46em; } li { margin: 5px 0; }
.hash td { text-align: left; } .hash td:last-child { font: 0.76rem/1.6 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; padding-right: 0; }
code { font: 0.86em/1.6 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { font: 0.86em/1.6 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--bad); padding-left: 16px; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.85rem; }
@media (max-width: 880px) {
  .charts { grid-template-columns: 1fr; }
  .facts { grid-template-columns: 1fr 1fr; }
}
@media (max-width: 700px) {
  main { padding: 30px 18px 48px; }
  h2 { margin-top: 48px; }
  .columns { grid-template-columns: 1fr; }
  .facts > div { padding: 14px 14px 12px; } .facts b { font-size: 1.4rem; }
  figure { padding: 16px 14px 10px; } .pair { padding: 14px 16px; }
  table.cards th:not(:first-child) { display: none; } table.cards th { border: 0; padding-bottom: 0; }
  table.cards, table.cards thead, table.cards tbody, table.cards tr, table.cards td { display: block; width: 100%; }
  table.cards tbody tr { border-bottom: 1px solid var(--line); padding: 10px 0; }
  table.cards td { border: 0; padding: 2px 0; display: flex; justify-content: space-between; gap: 14px; text-align: right; }
  table.cards td::before { content: attr(data-label); color: var(--muted); text-align: left; }
  table.cards td:first-child { font-weight: 650; justify-content: flex-start; text-align: left; padding-bottom: 5px; }
  table.cards td:first-child::before { content: none; }
  table.cards td small { display: block; }
  table.words td { text-align: left; } table.words td:nth-child(3) { display: block; } table.words td:nth-child(3)::before { content: none; }
}
@media print {
  :root { --bg: #fff; --card: #fff; --ink: #000; --muted: #555; --line: #ccc; --soft: #fff;
    --student: #0b756f; --model: #46568f; --control: #94866d; --good: #1d7a45; --bad: #b03a2e; --open: #8a6a12; }
  body { font-size: 9.5pt; } main { max-width: none; padding: 0; }
  .charts { grid-template-columns: 1fr 1fr; gap: 10px; } .facts { grid-template-columns: repeat(4, 1fr); }
  .columns { grid-template-columns: 1fr 1fr; }
  figure { padding: 12px 14px 8px; } .facts > div { padding: 10px 12px; } .facts b { font-size: 1.3rem; }
  h2 { margin-top: 26px; } h2, .under { break-after: avoid; }
  figure, table, tr, .facts, .notes { break-inside: avoid; } table.words { break-inside: auto; } td { padding: 5px 8px; }
}
)css";

}  // namespace udrl::page
