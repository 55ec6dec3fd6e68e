// What the pages do beyond reading: each of them works without this.
"use strict";

// n and p walk the changes of a text, from part to part, / goes to the search.
const changes = [...document.querySelectorAll(".sheet [id^=c]")].filter((each) => /^c\d+$/.test(each.id));
let place = -1;

// Who comes to a change by its link stands there, as who comes by a key.
function arrive() {
  place = changes.findIndex((each) => "#" + each.id === location.hash);
  if (place >= 0) stand(changes[place]);
}

function stand(found) {
  found.setAttribute("tabindex", "-1");
  found.focus({ preventScroll: true });
}

addEventListener("hashchange", arrive);
arrive();

function go(step) {
  const way = document.querySelector(step > 0 ? "[data-change=after]" : "[data-change=before]");
  if (way && (!changes.length || place + step >= changes.length || (step < 0 && place <= 0))) {
    location.assign(way.href);
    return;
  }
  if (!changes.length) return;
  place = (Math.max(place, step < 0 ? 0 : -1) + step + changes.length) % changes.length;
  const found = changes[place];
  const fold = found.closest("details");
  if (fold) fold.open = true;
  history.replaceState(null, "", "#" + found.id);
  location.replace("#" + found.id);
  stand(found);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  found.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "n") go(1);
  else if (event.key === "p") go(-1);
  else if (event.key === "/") {
    event.preventDefault();
    document.querySelector("form[role=search] input").focus();
  }
});

// Text by age: what one version brought is lit while it is pointed at; a click on a sentence goes to where it is now.
const sentences = [...document.querySelectorAll(".s[data-v]")];
const chosen = new URLSearchParams(location.search).get("only");

function light(version) {
  for (const each of sentences) each.classList.toggle("lit", each.dataset.v === version);
}

for (const each of sentences) {
  each.addEventListener("pointerenter", () => light(each.dataset.v));
  each.addEventListener("pointerleave", () => light(chosen));
  each.addEventListener("click", () => {
    if (!getSelection().isCollapsed) return;
    const link = new URL(each.closest("p").querySelector(".pin").href);
    link.searchParams.set("at", each.dataset.at);
    location.assign(link);
  });
}
for (const link of document.querySelectorAll("[data-light]")) {
  for (const on of ["pointerenter", "focus"]) link.addEventListener(on, () => light(link.dataset.light));
  for (const off of ["pointerleave", "blur"]) link.addEventListener(off, () => light(chosen));
}

// A timeline wider than its place begins where the versions that are shown stand.
const shown = document.querySelector(".timeline .chosen, .timeline .no.now");
if (shown) {
  const frame = shown.closest("figure");
  const [a, b] = [frame.getBoundingClientRect(), shown.getBoundingClientRect()];
  if (b.right < a.left + 24 || b.right > a.right) frame.scrollLeft += b.right + 24 - a.right;
}

// The slider says where it stands; several keys in a row are one way, and the next page begins at the slider.
const slider = document.querySelector("[data-slider] input[type=range]");
if (slider) {
  const told = slider.form.querySelector("output");
  slider.addEventListener("input", () => { told.textContent = "#" + slider.value; });
  let waits = 0;
  slider.addEventListener("change", () => {
    clearTimeout(waits);
    waits = setTimeout(() => slider.form.requestSubmit(), 400);
  });
}

// Stretches of the chart are chosen by dragging over them, or by the arrow keys with Shift; Escape forgets them.
const chart = document.querySelector("[data-brush]");
if (chart) {
  const bars = [...chart.querySelectorAll("svg a")];
  const stops = bars.filter((bar) => !bar.hasAttribute("aria-hidden"));
  const told = chart.querySelector("output");
  let [first, last, drags] = [-1, -1, false];
  const under = (event) => bars.indexOf(document.elementFromPoint(event.clientX, event.clientY)?.closest("a"));
  const name = (number) => bars[number].querySelector("title").textContent;

  function choose(from, to) {
    [first, last] = [from, to];
    const [a, b] = [Math.min(from, to), Math.max(from, to)];
    bars.forEach((bar, number) => bar.querySelector(".hit").classList.toggle("chosen", a < b && number >= a && number <= b));
    told.textContent = a < b ? name(a) + " – " + name(b) : "";
  }

  function show() {
    const [from, to] = [Math.min(first, last), Math.max(first, last)].map((each) => new URL(bars[each].href.baseVal, location));
    from.searchParams.set("until", to.searchParams.get("until"));
    choose(-1, -1);
    location.assign(from);
  }

  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    drags = event.button === 0 && under(event) >= 0;
    choose(drags ? under(event) : -1, drags ? under(event) : -1);
  });
  addEventListener("pointermove", (event) => { if (drags && under(event) >= 0) choose(first, under(event)); });
  addEventListener("pointerup", () => {
    if (drags && first !== last) show();
    drags = false;
  });
  addEventListener("pointercancel", () => { drags = false; choose(-1, -1); });
  chart.addEventListener("click", (event) => {
    if (first === last) return;
    event.preventDefault();
    show();
  });

  if (stops.length) stops.at(-1).tabIndex = 0;
  chart.addEventListener("keydown", (event) => {
    const here = stops.indexOf(document.activeElement);
    const step = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: stops.length - 1 }[event.key];
    if (event.key === "Escape") choose(-1, -1);
    if (here < 0 || step === undefined) return;
    event.preventDefault();
    const next = stops[Math.min(Math.max(step, 0), stops.length - 1)];
    const number = bars.indexOf(next);
    choose(event.shiftKey ? (first < 0 ? bars.indexOf(stops[here]) : first) : number, number);
    stops[here].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// A count of what came since the page was made; nothing moves by itself. A page that nobody sees holds no connection:
// a browser has six of them for all its pages.
const live = document.querySelector("[data-live]");
if (live && window.EventSource) {
  let [came, seen, feed] = [0, document.body.dataset.head, null];

  function tell(words) {
    live.hidden = false;
    live.querySelector("a").textContent = words;
  }

  function listen() {
    if (feed || document.hidden) return;
    feed = new EventSource("/v1/changes?feed=eventsource&since=" + seen);
    feed.addEventListener("change", (event) => {
      seen = event.lastEventId;
      came += 1;
      tell(live.dataset.live.replace("{n}", came));
    });
    feed.addEventListener("replaced", () => {
      document.removeEventListener("visibilitychange", look);
      feed.close();
      tell(live.dataset.replaced);
    });
  }

  function leave() {
    if (feed) feed.close();
    feed = null;
  }

  function look() {
    if (document.hidden) leave();
    else listen();
  }

  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", look);
  look();
}
