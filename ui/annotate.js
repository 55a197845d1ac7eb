// The annotator's board. Python says what is kept (data-board, data-ack); this draws it, and what
// was pressed since on top of it, sends the presses one message at a time, and again if no reply
// comes, also after a reload. Runs when the board is loaded; `element`, `trigger` and `watch` are the board's.

const LEAST = 0.5; // seconds of an event
const PATIENCE = 4000; // ms until a message counts as lost
const page = crypto.randomUUID?.() ?? String(Math.random()).slice(2);

let told = null; // the board as Python drew it
let kept = []; // [start, end, score, note] of every event, as the ledger has it
let changed = 0; // when it last changed there
let words = ""; // what Python says of it
let current = 0; // the event that keys act on
let looked = 0; // where the playhead was when that was last decided
let loop = false;
let trouble = false; // the server does not answer
const waiting = []; // orders it has not confirmed
let flight = null; // the message under way: { page, number, count } of the first of those
let number = 0; // of the last message
let resend = null;

window.wlAnnotate?.abort(); // the tab was built anew
const life = (window.wlAnnotate = new AbortController());
const on = (name, act, more = {}) =>
  document.addEventListener(name, act, { ...more, signal: life.signal });

const find = (selector) => document.querySelector(selector);
const video = () => find("#note-player video");
const lines = () => element.querySelector(".wl-lines");
const card = (selector) => find(`#note-event ${selector}`);
const make = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
};
const say = (target, text) => {
  if (target && target.textContent !== text) target.textContent = text;
};
const hold = (value, low, high) => Math.min(high, Math.max(low, value));
const near = (a, b) => Math.abs(a - b) < 1e-6;

const clock = (time) => {
  const tenths = Math.round(time * 10);
  const [m, s] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  return `${m}:${s.toFixed(1).padStart(4, "0")}`;
};

// -- what is said: the ledger's events with the orders on their way laid over ----------------------

// the same as the ledger does it
const move = (events, { event, edge, at }) => {
  const mine = events[event];
  const starts = edge === "start";
  const beside = starts ? event - 1 : event + 1;
  const other = events[beside];
  const touches = other && near(starts ? other[1] : other[0], starts ? mine[0] : mine[1]);
  const least = (it) => Math.min(LEAST, it[1] - it[0]);
  let most = starts ? 0 : told.seconds;
  if (other && starts) most = touches ? other[0] + least(other) : other[1];
  if (other && !starts) most = touches ? other[1] - least(other) : other[0];
  const place = starts
    ? Math.min(Math.max(at, most), mine[1] - least(mine))
    : Math.max(Math.min(at, most), mine[0] + least(mine));
  mine[starts ? 0 : 1] = place;
  if (touches) other[starts ? 1 : 0] = place;
};

const change = {
  score: (events, order) => { events[order.event][2] = order.score; },
  note: (events, order) => { events[order.event][3] = order.note; },
  edge: move,
  undo: () => {}, // only the ledger knows what was before
};

const said = () => {
  const events = kept.map((each) => [...each]);
  for (const order of waiting) if (events[order.event ?? 0]) change[order.do](events, order);
  return events;
};

// -- sending ---------------------------------------------------------------------------------------

const press = (order) => {
  if (!kept.length) return;
  if (!told.annotator && !find("#note-name input, #note-name textarea")?.value.trim()) {
    waiting.length = 0;
    say(card(".wl-pending"), "Write your name first: what you say is kept under it.");
    find("#note-name input, #note-name textarea")?.focus();
    return;
  }
  const last = waiting.at(-1);
  const free = waiting.length > (flight?.count ?? 0);
  // letters that have not left yet travel together
  if (free && order.do === "note" && order.more && last?.do === "note" && last.event === order.event) {
    last.note = order.note;
  } else waiting.push(order);
  show();
  send();
};

const send = () => {
  if (flight || !waiting.length || !told?.annotator) return;
  number += 1;
  flight = { page, number, count: waiting.length };
  post();
};

const post = () => {
  clearTimeout(resend);
  const { video, annotator } = told;
  const { count, ...name } = flight;
  store({ video, annotator, flight, waiting });
  trigger("press", { ...name, video, annotator, orders: waiting.slice(0, count) });
  resend = setTimeout(() => {
    trouble = true;
    show();
    post();
  }, PATIENCE);
};

// what was pressed while the server was away outlives a reload of this page, not more

const STORE = "wl-annotate";
const store = (left) => {
  if (left) sessionStorage.setItem(STORE, JSON.stringify(left));
  else sessionStorage.removeItem(STORE);
};

const restore = () => {
  const left = JSON.parse(sessionStorage.getItem(STORE) ?? "null");
  if (!left || flight || left.video !== told.video || left.annotator !== told.annotator) return;
  waiting.unshift(...left.waiting);
  flight = left.flight; // under its old name: the ledger knows whether it has heard it
  post();
};

const forget = () => {
  clearTimeout(resend);
  waiting.length = 0;
  flight = null;
  trouble = false;
};

const heard = () => {
  const node = find("#note-saved [data-ack]");
  if (!node || !told) return;
  const ack = JSON.parse(node.dataset.ack);
  if (flight && ack.page === flight.page && ack.number === flight.number) {
    clearTimeout(resend);
    waiting.splice(0, ack.refused ? waiting.length : flight.count);
    flight = null;
    trouble = false;
    store(null);
  }
  if (ack.events && ack.video === told.video && ack.annotator === told.annotator) {
    take(ack);
  }
  show();
  send();
};

const take = (look) => {
  if (look.changed < changed) return; // an older look that came later
  ({ events: kept, changed, words } = look);
};

// -- drawing -----------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

const curve = (name, kind, points) => {
  const row = make("div", `wl-line wl-line-${kind}`);
  row.append(make("span", "wl-line-name", name));
  const plot = make("div", "wl-plot");
  if (points) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${points.length} 100`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    const tops = points.map((value, at) => `${at} ${100 - value} ${at + 1} ${100 - value}`);
    path.setAttribute("d", `M0 100 L${tops.join(" ")} ${points.length} 100 Z`);
    svg.append(path);
    plot.append(svg);
  } else plot.append(make("small", "wl-withheld", "hidden until you are finished"));
  row.append(plot);
  return row;
};

const build = () => {
  const host = lines();
  host.replaceChildren();
  const strip = make("div", "wl-line wl-line-events");
  strip.append(make("span", "wl-line-name", "scores"));
  const plot = make("div", "wl-plot wl-strip");
  plot.setAttribute("role", "group");
  plot.setAttribute("aria-label", "Events");
  strip.append(plot);
  host.append(strip);
  if (told.hidden || told.model.length) {
    host.append(curve("the model", "model", told.hidden ? null : told.model));
  }
  for (const { name, kind, points } of told.curves) host.append(curve(name, kind, points));
  const over = make("div", "wl-over");
  const head = make("div", "wl-head");
  head.tabIndex = 0;
  head.setAttribute("role", "slider");
  head.setAttribute("aria-label", "Position in the video");
  head.setAttribute("aria-valuemin", "0");
  head.setAttribute("aria-valuemax", told.seconds.toFixed(1));
  over.append(head);
  host.append(over);
};

const strip = (events) => {
  const host = element.querySelector(".wl-strip");
  if (!host) return;
  while (host.children.length > events.length) host.lastChild.remove();
  while (host.children.length < events.length) {
    const button = make("button", "wl-block");
    button.type = "button";
    button.append(make("i"));
    host.append(button);
  }
  events.forEach(([start, end, score, note], at) => {
    const button = host.children[at];
    const here = at === current;
    button.dataset.event = at;
    button.style.left = `${(100 * start) / told.seconds}%`;
    button.style.width = `${(100 * (end - start)) / told.seconds}%`;
    button.firstChild.style.height = `${20 * (score ?? 0)}%`;
    button.classList.toggle("wl-noted", Boolean(note));
    button.tabIndex = here ? 0 : -1;
    here ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current");
    const words = score ? `score ${score}` : "not scored";
    button.setAttribute("aria-label", `Event ${at + 1}, ${clock(start)} to ${clock(end)}, ${words}`);
  });
};

const show = () => {
  if (!told) return;
  const events = said();
  current = hold(current, 0, Math.max(0, events.length - 1));
  strip(events);
  place();
  const mine = events[current];
  if (!mine) return;
  if (!card(".wl-saved")) { // the card is built after the board
    if (!life.signal.aborted) requestAnimationFrame(show);
    return;
  }
  say(card(".wl-event-number"), `Event ${current + 1} of ${events.length}`);
  const looped = loop ? " · over and over" : "";
  say(card(".wl-event-times"), `${clock(mine[0])} – ${clock(mine[1])}${looped}`);
  document.querySelectorAll("#note-event [data-score]").forEach((each) => {
    each.setAttribute("aria-pressed", String(Number(each.dataset.score) === mine[2]));
  });
  const note = card("textarea");
  if (note.dataset.event !== String(current) || document.activeElement !== note) {
    note.dataset.event = current;
    if (note.value !== mine[3]) note.value = mine[3];
  }
  const open = waiting.length;
  card(".wl-saved").hidden = open > 0 || !words;
  say(card(".wl-saved span"), words);
  let wait = "";
  if (open && trouble) wait = "Not saved yet: the server does not answer. Trying again.";
  else if (open) wait = "Saving";
  const line = card(".wl-pending");
  if (open || told.annotator) say(line, wait);
  line?.classList.toggle("wl-lost", trouble && open > 0);
};

const place = () => {
  const head = element.querySelector(".wl-head");
  const now = hold(video()?.currentTime ?? 0, 0, told.seconds);
  if (!head) return;
  head.style.left = `${(100 * now) / told.seconds}%`;
  head.setAttribute("aria-valuenow", now.toFixed(1));
  head.setAttribute("aria-valuetext", clock(now));
};

const draw = () => {
  const node = element.querySelector("[data-board]");
  const fresh = node ? JSON.parse(node.dataset.board) : null;
  const same = fresh && told && fresh.video === told.video;
  const mine = same && fresh.annotator === told.annotator;
  if (!mine && !(same && told.annotator === "")) { // somebody else's orders are not this one's
    forget();
  }
  if (!mine) changed = 0;
  if (!same) current = 0;
  told = fresh;
  if (!told) return;
  take(told);
  build();
  restore();
  show();
  send();
};

// -- the video ---------------------------------------------------------------------------------------

const seek = (time) => {
  const player = video();
  if (!player || !Number.isFinite(time)) return;
  player.currentTime = hold(time, 0, told.seconds);
  place();
};

const jump = (at) => {
  const events = said();
  if (!events.length) return;
  current = hold(at, 0, events.length - 1);
  looked = events[current][0] + 0.001;
  seek(looked);
  show();
};

// the playhead picks the event, but only by moving: an edge moved past it leaves the event current
const follow = () => {
  const player = video();
  if (!player || !told || !kept.length) return;
  const now = player.currentTime;
  if (Math.abs(now - looked) < 0.01) return place();
  looked = now;
  const events = said();
  const [start, end] = events[current] ?? [0, 0];
  if (loop && !player.paused && (now >= end - 0.03 || now < start - 0.3)) return seek(start + 0.001);
  if (now < start || now >= end) {
    const there = events.findIndex((each) => now >= each[0] && now < each[1]);
    if (there >= 0 && there !== current && !loop) {
      current = there;
      return show();
    }
  }
  place();
};

const glide = () => {
  follow();
  const player = video();
  if (player && !player.paused && !player.ended) requestAnimationFrame(glide);
};

for (const name of ["timeupdate", "seeked", "loadedmetadata"]) {
  on(name, (event) => { if (event.target === video()) follow(); }, { capture: true });
}
on("play", (event) => {
  if (event.target !== video()) return;
  find("#player video")?.pause(); // one video at a time
  requestAnimationFrame(glide);
}, { capture: true });

// -- mouse and touch -----------------------------------------------------------------------------------

const nudge = (edge, by) => {
  const mine = said()[current];
  if (!mine) return;
  const at = Number(((edge === "start" ? mine[0] : mine[1]) + by).toFixed(3));
  press({ do: "edge", event: current, edge, at });
};

const score = (value) => press({ do: "score", event: current, score: value });

const clicks = {
  score: (it) => {
    const value = Number(it.dataset.score);
    score(said()[current]?.[2] === value ? null : value);
  },
  nudge: (it) => nudge(it.dataset.edge, Number(it.dataset.by)),
  previous: () => jump(current - 1),
  next: () => jump(current + 1),
  undo: () => press({ do: "undo" }),
};

on("click", (event) => {
  const target = event.target.closest?.("[data-note], .wl-block");
  if (!target || !told) return;
  if (target.dataset.note) clicks[target.dataset.note]?.(target);
  else jump(Number(target.dataset.event));
  if (event.detail > 0) target.blur(); // by mouse: space plays again
});

let writing = false; // a letter of this note was sent before
on("focusin", (event) => { if (event.target === card("textarea")) writing = false; });
on("input", (event) => {
  const note = card("textarea");
  if (event.target !== note || !told) return;
  press({ do: "note", event: Number(note.dataset.event), note: note.value, more: writing });
  writing = true;
});

let dragging = false;
const under = (x) => {
  const box = element.querySelector(".wl-over").getBoundingClientRect();
  return (hold((x - box.left) / box.width, 0, 1)) * told.seconds;
};
on("pointerdown", (event) => {
  if (event.button || !event.target.closest?.("#note-board .wl-plot, #note-board .wl-head")) return;
  if (event.target.closest(".wl-block")) return;
  dragging = true;
  seek(under(event.clientX));
});
on("pointermove", (event) => { if (dragging) seek(under(event.clientX)); });
on("pointerup", () => { dragging = false; });
on("pointercancel", () => { dragging = false; });

// -- keys ----------------------------------------------------------------------------------------------

const pace = (by) => {
  const player = video();
  if (player) player.playbackRate = hold(player.playbackRate + by, 0.25, 4);
};
const beside = (by) => {
  const player = video();
  if (player) seek(player.currentTime + by);
};
const closer = () => {
  const [start, end] = said()[current] ?? [0, 0];
  const now = video()?.currentTime ?? 0;
  return now - start <= end - now ? "start" : "end";
};
const atHead = (edge) => {
  const at = Number((video()?.currentTime ?? 0).toFixed(3));
  press({ do: "edge", event: current, edge, at });
};

const keys = {
  " ": () => { const it = video(); it?.paused ? it.play().catch(() => {}) : it?.pause(); },
  ArrowLeft: () => beside(-1),
  ArrowRight: () => beside(1),
  ArrowUp: () => pace(0.25),
  ArrowDown: () => pace(-0.25),
  "Shift+ArrowLeft": () => nudge(closer(), -0.5),
  "Shift+ArrowRight": () => nudge(closer(), 0.5),
  "[": () => jump(current - 1),
  "]": () => jump(current + 1),
  0: () => score(null),
  u: () => press({ do: "undo" }),
  s: () => atHead("start"),
  e: () => atHead("end"),
  l: () => { loop = !loop; show(); },
  n: () => card("textarea")?.focus(),
};
for (const value of [1, 2, 3, 4, 5]) keys[value] = () => score(value);

// where keys have another meaning: all of them in a field, a few on a button or a choice
const elsewhere = ({ key, target }) => {
  const field = "input:not([type=checkbox], [type=radio]), textarea, select, dialog";
  if (target.closest?.(`${field}, [contenteditable=true], [role=textbox]`)) return true;
  const press = key === " " || key === "Enter";
  if (press && target.closest?.("button, a, summary, input")) return true;
  return key.startsWith("Arrow") && target.closest?.("input[type=radio]");
};

on("keydown", (event) => {
  const level = event.getModifierState("AltGraph"); // how [ and ] are typed on some keyboards
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (!told || !element.offsetParent || (modified && !level)) return;
  const note = card("textarea");
  if (event.key === "Escape" && event.target === note) return note.blur();
  if (elsewhere(event)) return;
  const arrow = event.key.startsWith("Arrow");
  // [ and ] need Shift or AltGr on some keyboards, so only arrows tell with and without apart
  const act = keys[arrow && event.shiftKey ? `Shift+${event.key}` : event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}, { capture: true });

on("wl-saved", heard);
watch("value", draw);
draw();
