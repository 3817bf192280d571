// What the page of a rating sheet does, and how it looks. Texts of models enter by textContent alone. Not for: the
// elements (sheet_files.cpp), or `visible` (page/visible.hpp).
#pragma once

#include <string_view>

namespace udrl::eval {

inline constexpr std::string_view sheet_script = R"js(
'use strict';
const sheet = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const place = 'udrl-ratings-' + sheet.sheet;
let state = { name: '', ratings: {} };
let at = 0;

function say(words) { byId('note').textContent = words; }

// A browser may refuse to keep anything for a page that was opened from a disk.
function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    if (kept && typeof kept.ratings === 'object') state = kept;
  } catch (error) {
    say('This browser keeps nothing: download before you close the page.');
  }
}
function keep() {
  try {
    localStorage.setItem(place, JSON.stringify(state));
  } catch (error) {
    say('This browser keeps nothing: download before you close the page.');
  }
}

function rated() { return sheet.pairs.filter((pair) => state.ratings[pair.id]).length; }

function showPair(pair) {
  for (const field of ['task', 'intent', 'A', 'B']) byId(field).textContent = visible(pair[field] || '(no answer)');
  for (const choice of ['A', 'B', 'tie'])
    byId('choose-' + choice).setAttribute('aria-pressed', String(state.ratings[pair.id] === choice));
  for (const letter of ['A', 'B']) byId('box-' + letter).classList.toggle('chosen', state.ratings[pair.id] === letter);
}

function show() {
  const all = sheet.pairs.length, done = rated(), ended = at >= all;
  byId('card').hidden = ended;
  byId('end').hidden = !ended;
  byId('count').textContent = ended ? done + ' of ' + all + ' rated' : 'Pair ' + (at + 1) + ' of ' + all;
  byId('bar').style.width = (100 * done / all) + '%';
  byId('left').textContent = done === all ? 'All ' + all + ' pairs are rated.'
    : (all - done) + ' of ' + all + ' pairs are not rated yet. You can go back, or send what there is.';
  byId('back').disabled = at === 0;
  if (!ended) showPair(sheet.pairs[at]);
}

function go(to) {
  at = Math.max(0, Math.min(sheet.pairs.length, to));
  show();
}

function choose(choice) {
  if (at >= sheet.pairs.length) return;
  state.ratings[sheet.pairs[at].id] = choice;
  keep();
  go(at + 1);
}

// As udrl-eval writes cells: quoted, and never a formula.
function cell(text) {
  const guard = /^[=+\-@'\t\r]/.test(text) ? "'" : '';
  return '"' + guard + text.replace(/"/g, '""') + '"';
}
function csv() {
  const lines = sheet.pairs.filter((pair) => state.ratings[pair.id])
    .map((pair) => [pair.id, state.ratings[pair.id], state.name.trim()].map(cell).join(','));
  return ['id,rating,rater', ...lines, ''].join('\r\n');
}

function download() {
  const name = state.name.trim();
  if (!name) {
    say('Enter your name first: it tells your ratings from those of others.');
    byId('name').focus();
    return;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csv()], { type: 'text/csv' }));
  link.download = 'ratings-' + name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-') + '.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say('Downloaded ' + rated() + ' ratings as ' + link.download + '.');
}

function startAnew() {
  if (!confirm('Forget all ratings in this browser?')) return;
  state = { name: '', ratings: {} };
  byId('name').value = '';
  keep();
  go(0);
}

const keys = {
  '1': () => choose('A'), '2': () => choose('B'), '3': () => choose('tie'),
  Backspace: () => go(at - 1), ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1),
};
document.addEventListener('keydown', (event) => {
  if (event.target === byId('name') || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});
byId('name').addEventListener('input', () => { state.name = byId('name').value; keep(); });
byId('name').addEventListener('keydown', (event) => { if (event.key === 'Enter') byId('name').blur(); });
for (const choice of ['A', 'B', 'tie']) byId('choose-' + choice).addEventListener('click', () => choose(choice));
byId('back').addEventListener('click', () => go(at - 1));
byId('back-end').addEventListener('click', () => go(at - 1));
byId('skip').addEventListener('click', () => go(at + 1));
byId('download').addEventListener('click', download);
byId('anew').addEventListener('click', startAnew);

load();
byId('name').value = state.name || '';
const unrated = sheet.pairs.findIndex((pair) => !state.ratings[pair.id]);
go(unrated < 0 ? sheet.pairs.length : unrated);
)js";

inline constexpr std::string_view sheet_style = R"css(
.sheet { max-width: 980px; padding-top: 28px; }
.sheet [hidden] { display: none; }
.top { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; justify-content: space-between; }
.top label { color: var(--muted); font-size: 0.9rem; }
#count { color: var(--muted); font-variant-numeric: tabular-nums; }
.sheet input { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; padding: 6px 10px; margin-left: 6px; width: 12em; }
.sheet button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; padding: 8px 16px; cursor: pointer; }
.sheet button:hover:not(:disabled) { border-color: var(--student); }
.sheet button:disabled { opacity: 0.45; cursor: default; }
.sheet :focus-visible { outline: 2px solid var(--student); outline-offset: 2px; }
.bar { height: 4px; border-radius: 2px; background: var(--line); margin: 16px 0 8px; overflow: hidden; }
.bar div { height: 100%; width: 0; background: var(--student); transition: width 0.15s; }
#note { min-height: 1.5em; margin: 0 0 14px; color: var(--open); }
.request { font: 600 1.55rem/1.3 var(--serif); overflow-wrap: anywhere; margin: 6px 0 10px; }
.answers { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; margin: 18px 0; }
.answer { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px 20px;
  min-height: 11em; min-width: 0; }
.answer.chosen { border-color: var(--student); box-shadow: 0 0 0 1px var(--student); }
.answer .letter { font: 600 1.1rem/1 var(--serif); color: var(--muted); }
.answer .said { font-size: 1.06rem; white-space: pre-wrap; unicode-bidi: isolate; }
.choices { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 12px; }
.choices button { padding: 13px 10px; font-weight: 600; }
.choices button[aria-pressed=true] { border-color: var(--student); color: var(--student); }
.moves { display: flex; gap: 12px; margin-top: 22px; }
.moves button { color: var(--muted); border-color: transparent; background: none; padding: 6px 8px; }
kbd { font: 0.8em ui-monospace, "DejaVu Sans Mono", monospace; color: var(--muted); border: 1px solid var(--line);
  border-radius: 5px; padding: 1px 6px; margin-right: 9px; }
@media (max-width: 700px) {
  .answers { grid-template-columns: 1fr; gap: 12px; }
  .answer { min-height: 0; }
  .choices { grid-template-columns: 1fr; }
}
)css";

}  // namespace udrl::eval
