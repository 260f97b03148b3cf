// --- the panel

// The browser's Back closes it, as does its button: an entry of the history stands for the open panel. The history
// follows the panel, a step at a time, for a step back takes a while.
let opener = null, steppingBack = false;
const panelIsOpen = () => body.classList.contains("panel-open");
const followPanel = () => {
  if (steppingBack || panelIsOpen() === !!history.state?.panel) return;
  if (panelIsOpen()) return history.pushState({ panel: true }, "");
  steppingBack = true;
  history.back();
};
const openPanel = (from) => {
  if (from && !from.closest("#panel-column")) opener = from;
  body.classList.add("panel-open");
  followPanel();
};
const closePanel = () => {
  if (!panelIsOpen()) return;
  body.classList.remove("panel-open", "notes-open");
  if (opener?.isConnected) opener.focus();
  followPanel();
};
addEventListener("popstate", () => {
  if (!steppingBack) return closePanel();
  steppingBack = false;
  followPanel();
});
// One at a time, so that what was clicked last is shown last.
const shown = { turn: 0, pending: false, next: null };
const setPending = (pending) => {
  shown.pending = pending;
  body.classList.toggle("panel-waiting", pending);  // what is still there is not what was clicked
};
const emitInTurn = (what, data) => {
  if (shown.pending) return (shown.next = [what, data]);
  setPending(true);
  send(what, { ...data, turn: ++shown.turn });
  clearTimeout(shown.timer);
  shown.timer = setTimeout(showNext, 10_000);  // no reply came
};
const showNext = () => {
  const next = shown.next;
  shown.next = null;
  setPending(false);
  if (next) emitInTurn(...next);
};
// From the citation that was asked for last, which may not be shown yet.
const stepTo = (step) => {
  const nav = $("#panel .neighbours");
  if (!nav) return;
  const markers = nav.dataset.markers.split(" "), here = Number(nav.dataset.here) + step;
  if (!markers[here]) return;
  nav.dataset.here = here;
  emit("cite", { exchange: nav.dataset.exchange, marker: markers[here] });
};
const observe = (id, react) => {
  const node = document.getElementById(id);
  if (!node) return setTimeout(() => observe(id, react), 200);
  react();
  new MutationObserver(react).observe(node, { childList: true, subtree: true, characterData: true });
};
const showQuoted = () => {
  for (const [within, marked] of [[".paper", "#quoted, .cells .quoted"], [".picture", ".box"]]) {
    const sheet = $(`#panel ${within}`), quoted = sheet && $(marked, sheet);
    if (!sheet) continue;
    const at = quoted ? quoted.getBoundingClientRect().top - sheet.getBoundingClientRect().top : 0;
    sheet.scrollTop = quoted ? sheet.scrollTop + at - sheet.clientHeight / 2 + quoted.offsetHeight / 2 : 0;
    if (within === ".picture") sheet.scrollLeft = quoted ? quoted.offsetLeft - 24 : 0;
  }
};
const showAs = (view) => {
  body.classList.toggle("as-text", view === "text");
  for (const button of document.querySelectorAll("#panel [data-view]"))
    button.setAttribute("aria-pressed", String((button.dataset.view === "text") === body.classList.contains("as-text")));
  showQuoted();
};
const showLarger = (larger) => {
  body.classList.toggle("larger", larger);
  $("#panel [data-larger]")?.setAttribute("aria-pressed", String(larger));
  showQuoted();
};
observe("panel", () => {
  if (shown.pending && Number($("#panel [data-turn]")?.dataset.turn) === shown.turn) showNext();
  showAs(body.classList.contains("as-text") ? "text" : "page");
  $("#panel [data-larger]")?.setAttribute("aria-pressed", String(body.classList.contains("larger")));
  const drawn = $("#panel .picture img");
  if (drawn && !drawn.complete) drawn.onload = showQuoted;
});
const bytesOf = (base64) => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
const save = (content, name, type) => {
  const link = make("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const saveOriginal = async (source) => {
  const file = await server.original({ source });
  if (!file.data) return say(file.fault);
  save(bytesOf(file.data), file.name, "application/octet-stream");
};

for (const [id, name] of [["box", "Ask"], ["find", "Search"]]) {
  const label = () => {
    $(`#${id} .submit-button`)?.setAttribute("aria-label", name);
    $(`#${id} .stop-button`)?.setAttribute("aria-label", "Stop");
  };
  observe(id, label);
}
