// SPDX-License-Identifier: GPL-2.0-or-later
// The page at "/": asks for the counters each second and shows them with their change per second.
#include "http/content.h"

namespace http {

namespace {

constexpr std::string_view page = R"html(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>e100 guest: live counters</title>
<style>
:root { color-scheme: light dark; --line: #8885; --dim: #888; --live: #0a7d4f; }
@media (prefers-color-scheme: dark) { :root { --live: #4fd3a0; } }
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
#status { color: var(--dim); }
main { columns: 21rem; column-gap: 2rem; margin-top: 1rem; }
section { break-inside: avoid; margin-bottom: 1.2rem; }
h2 { font-size: 1rem; margin: 0 0 .2rem; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; }
td { padding: .05rem 0; }
td:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; padding-left: .8rem; }
.rate { color: var(--live); width: 6rem; }
.zero { color: var(--dim); }
</style>
<h1>A packet's way through this guest, counted</h1>
<p><span id="status">waiting for the counters&hellip;</span>
&middot; <a href="/counters.json">counters.json</a> &middot; <a href="/proc/">/proc</a>
&middot; <label><input type="checkbox" id="zeros"> show zeros</label></p>
<noscript><p>This page is drawn by a script; without one, see /proc and counters.json.</p></noscript>
<main id="counters"></main>
<script>
"use strict";
const period = 1000;
let before = null;
const element = (name, text, style) => {
  const made = document.createElement(name);
  made.textContent = text;
  if (style) made.className = style;
  return made;
};
const sum = value => Array.isArray(value) ? value.reduce((a, b) => a + b, 0) : value;
const shown = value => Array.isArray(value) ? value.map(each => each.toLocaleString("en")).join(" + ")
                                            : value.toLocaleString("en");
function row(name, value, old, seconds) {
  const made = element("tr", "", sum(value) ? "" : "zero");
  made.append(element("td", name), element("td", shown(value)));
  const rate = old === undefined ? 0 : (sum(value) - sum(old)) / seconds;
  made.append(element("td", rate ? (rate > 0 ? "+" : "") + Math.round(rate).toLocaleString("en") + "/s" : "", "rate"));
  return made;
}
function draw(now) {
  const seconds = before ? Math.max(now.machine.uptime_ms - before.machine.uptime_ms, 1) / 1000 : 1;
  const zeros = document.getElementById("zeros").checked;
  const sections = Object.entries(now).map(([title, counters]) => {
    const section = element("section", ""), table = element("table", "");
    for (const [name, value] of Object.entries(counters))
      if (zeros || sum(value)) table.append(row(name, value, before?.[title]?.[name], seconds));
    section.append(element("h2", title), table.rows.length ? table : element("p", "all zero", "zero"));
    return section;
  });
  document.getElementById("counters").replaceChildren(...sections);
  before = now;
}
async function refresh() {
  const status = document.getElementById("status");
  try {
    const answer = await fetch("/counters.json", { signal: AbortSignal.timeout(5000) });
    draw(await answer.json());
    status.textContent = "live, up " + Math.round(before.machine.uptime_ms / 1000) + " s";
  } catch (problem) {
    status.textContent = "no answer: is the guest still running?";
  }
  setTimeout(refresh, period);
}
refresh();
</script>
</html>
)html";

} // namespace

void write_index_page(const shell::Output& output) { output.write(page); }

} // namespace http
