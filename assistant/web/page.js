// Carries clicks to the server, and does what needs no server: tooltip, editing, copying, keys, keeping
// conversations in the browser. Runs once, as `js_on_load` of the page's hidden bridge.
const EVENTS = [
  "ask", "again", "version", "save", "sources", "cite", "near", "document", "hit", "new", "open", "forget",
  "uploaded", "cancel", "remove", "restore", "delete", "refresh", "run",
];
const OPENS_PANEL = new Set(["sources", "cite", "near", "document", "hit"]);
const root = document.documentElement, body = document.body;
const $ = (selector, within = document) => within.querySelector(selector);
const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);  // strings become text, never markup
  return node;
};

// --- conversations kept in the browser

const database = new Promise((resolve, reject) => {
  const request = indexedDB.open("assistant", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("conversations", { keyPath: "id" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const inStore = async (mode, work) => {
  const transaction = (await database).transaction("conversations", mode);
  const request = work(transaction.objectStore("conversations"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
  });
};
// A conversation only grows: what another tab has added to it meanwhile is kept beside what this one knows.
const merged = (kept, ours) => {
  const own = new Map(ours.exchanges.map((each) => [each.id, each]));
  const finished = (each) => each.answer || each.note;
  const before = (kept?.exchanges ?? []).map((each) => {
    const mine = own.get(each.id);
    own.delete(each.id);
    return mine && (finished(mine) || !finished(each)) ? mine : each;
  });
  return { ...ours, exchanges: [...before, ...own.values()] };
};
const deleted = new Set();  // an answer or a list that was on its way brings none of them back
const putInStore = async (ours) => {
  if (deleted.has(ours.id)) return;
  const transaction = (await database).transaction("conversations", "readwrite");
  const store = transaction.objectStore("conversations"), reading = store.get(ours.id);
  reading.onsuccess = () => store.put(merged(reading.result, ours));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = () => reject(transaction.error);
  });
};
let where = "browser", current = null, summaries = [];

// The server checks that it holds the conversation which is shown here. While another one is on its way, what is
// clicked and asked waits for it.
let expected = null, waiting = [];
const emit = (what, data = {}) => {
  if (expected !== null) waiting.push([what, data]);
  else trigger(what, { ...data, current: current?.id ?? "" });
};
const goOn = () => {
  expected = null;
  for (const [what, data] of waiting.splice(0)) emit(what, data);
};
const emitAndWait = (what, data, id) => {
  emit(what, data);
  expected = id;
  clearTimeout(emitAndWait.timer);
  emitAndWait.timer = setTimeout(goOn, 10_000);  // no reply came
};

const titleOf = (conversation) => {
  const line = (conversation.exchanges[0]?.question ?? "New conversation").replace(/\s+/g, " ").trim();
  return line.length > 80 ? line.slice(0, 79) + "…" : line;
};
const readList = async () => {
  if (where === "browser") {
    const all = await inStore("readonly", (store) => store.getAll());
    summaries = all.map((kept) => ({ id: kept.id, title: titleOf(kept), changed: kept.changed }));
    summaries.sort((one, other) => (one.changed < other.changed ? 1 : -1));
  }
  drawList();
};
const rowOf = (kept) => {
  const button = make("button", { type: "button", class: "kept", "data-kept": kept.id, dir: "auto" }, kept.title);
  const gone = make(
    "button", { type: "button", class: "gone", "data-gone": kept.id, "aria-label": `Delete “${kept.title}”` }, "×",
  );
  return make("li", { id: `kept-${kept.id}` }, button, gone);
};
// Rows stay where they are as far as they can: one that is drawn anew between press and release swallows the click.
const drawList = () => {
  const list = $("#conversations"), shown = summaries.filter((kept) => !deleted.has(kept.id));
  for (const button of document.querySelectorAll("[data-export]")) button.disabled = !current?.exchanges?.length;
  if (!list) return;
  const rows = shown.map((kept) => document.getElementById(`kept-${kept.id}`) ?? rowOf(kept));
  if (!rows.length) rows.push($(".none", list) ?? make("li", { class: "none" }, "Your questions will appear here."));
  for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
  rows.forEach((row, place) => {
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    const button = $(".kept", row);
    if (button?.dataset.kept === current?.id) button?.setAttribute("aria-current", "true");
    else button?.removeAttribute("aria-current");
  });
};
const openKept = async (id) => {
  const kept = where === "browser" ? await inStore("readonly", (store) => store.get(id)) : null;
  emitAndWait("open", { id, conversation: kept ? JSON.stringify(kept) : null }, id);
  leaveConversation();
};
const leaveConversation = () => {
  body.classList.remove("sidebar-open");
  closePanel();
};
const deleteKept = async (id) => {
  if (!confirm("Delete this conversation for good?")) return;
  deleted.add(id);
  if (where === "browser") await inStore("readwrite", (store) => store.delete(id));
  if (sessionStorage.current === id) sessionStorage.removeItem("current");
  if (current?.id === id) emitAndWait("forget", { id }, "");
  else emit("forget", { id });
  await readList();
};

let started = false;
watch("value", async () => {
  const message = JSON.parse(props.value || "{}");
  if (message.reload) return location.reload();
  where = message.where ?? where;
  current = message.conversation ?? null;
  if (expected !== null && [expected, ""].includes(current?.id ?? "")) goOn();  // none where it cannot be read
  followThread();
  if (message.list) summaries = message.list;
  if (message.fault) say(message.fault);
  if (current?.exchanges?.length) {
    sessionStorage.current = current.id;
    if (where === "browser") {
      try {
        await putInStore(current);
      } catch {
        say("The browser refuses to keep this conversation. Delete an older one.");
      }
    }
  } else if (started) sessionStorage.removeItem("current");
  await readList();
  if (!started) {
    started = true;
    restoreDraft();
    body.dataset.ready = "yes";
    const last = sessionStorage.current;
    if (last && summaries.some((kept) => kept.id === last)) openKept(last);
  }
});

const exportAs = async (form) => {
  const text = await server.export({ form, conversation: JSON.stringify(current) });
  const type = { md: "text/markdown", html: "text/html", json: "application/json" }[form];
  save(text, `conversation.${form}`, type);
};

// --- small help

const say = (text) => {
  let toast = $("#said");
  if (!toast) body.append((toast = make("div", { id: "said", role: "status" })));
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("shown"), 4000);
};
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // no clipboard outside of secure contexts
    const area = make("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say("Copied, with its citations.");
};
const tip = make("div", { id: "tip", role: "tooltip", hidden: "" });
body.append(tip);
const showTip = (chip) => {
  tip.replaceChildren(
    make("b", { dir: "auto" }, chip.dataset.byline), make("span", { dir: "auto" }, `“${chip.dataset.quote}”`),
  );
  tip.hidden = false;
  const at = chip.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 8);
  const above = at.top - own.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  chip.setAttribute("aria-describedby", "tip");
};
const hideTip = () => (tip.hidden = true);
for (const [show, hide] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(show, (event) => {
    const chip = event.target.closest?.(".chip");
    if (chip && !(event.pointerType === "touch")) showTip(chip);
  });
  document.addEventListener(hide, (event) => event.target.closest?.(".chip") && hideTip());
}
document.addEventListener("scroll", hideTip, true);

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
  body.classList.remove("panel-open");
  if (opener?.isConnected) opener.focus();
  followPanel();
};
addEventListener("popstate", () => {
  if (!steppingBack) return closePanel();
  steppingBack = false;
  followPanel();
});
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
  }
};
const showAs = (view) => {
  body.classList.toggle("as-text", view === "text");
  for (const button of document.querySelectorAll("#panel [data-view]"))
    button.setAttribute("aria-pressed", String((button.dataset.view === "text") === body.classList.contains("as-text")));
  showQuoted();
};
observe("panel", () => {
  showAs(body.classList.contains("as-text") ? "text" : "page");
  const drawn = $("#panel .picture img");
  if (drawn && !drawn.complete) drawn.onload = showQuoted;
});
const save = (content, name, type) => {
  const link = make("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const saveOriginal = async (source) => {
  const file = await server.original({ source });
  if (!file.data) return say(file.fault);
  save(Uint8Array.from(atob(file.data), (sign) => sign.charCodeAt(0)), file.name, "application/octet-stream");
};

for (const [id, name] of [["box", "Ask"], ["find", "Search"]]) {
  const label = () => {
    $(`#${id} .submit-button`)?.setAttribute("aria-label", name);
    $(`#${id} .stop-button`)?.setAttribute("aria-label", "Stop");
  };
  observe(id, label);
}

// --- the conversation

let pinned = true;
const thread = () => $("#thread");
// What was on its way when an answer was stopped, or left, may arrive after its end: such a late piece is none.
const busy = () => {
  const id = $("#live .busy")?.dataset.exchange;
  return id && id === current?.last && !$(`#log .exchange[data-exchange="${id}"]`);
};
const announce = (text) => ($("#announcement").textContent = text);
const spoken = () => {
  const answer = $("#log .exchange:last-child .answer");
  const parts = answer ? [...answer.querySelectorAll(".who, .said, .refusal, .note, .conflict h3, .side-value")] : [];
  return parts.map((part) => part.textContent.trim()).join(" ");
};
const followThread = () => {
  const asking = !!busy(), done = body.classList.contains("asking") && !asking;
  if (done) announce(`Answer: ${spoken()}`);
  body.classList.toggle("asking", asking);
  body.classList.toggle("idle", !asking);
  if (asking) keepDraft();
  if (!pinned) return;
  thread().scrollTop = thread().scrollHeight;
  const last = $("#log .exchange:last-child");
  if (done && last && last.offsetHeight > thread().clientHeight) last.scrollIntoView();  // read it from its beginning
};
observe("thread", followThread);
document.addEventListener("scroll", (event) => {
  if (event.target === thread()) pinned = thread().scrollHeight - thread().scrollTop - thread().clientHeight < 80;
}, true);

const edit = (id) => {
  const exchange = $(`#log .exchange[data-exchange="${id}"]`), question = $(".question", exchange);
  if ($("#editing")) $("#editing").remove();
  const area = make("textarea", { "aria-label": "The question", rows: "2", dir: "auto" });
  area.value = $(".bubble", question).textContent;
  const send = make("button", { type: "button", class: "primary" }, "Ask");
  const leave = make("button", { type: "button" }, "Cancel");
  const form = make("div", { id: "editing" }, area, make("div", {}, leave, send));
  const close = () => { form.remove(); question.hidden = false; };
  send.onclick = () => {
    const text = area.value.trim();
    if (!text) return;
    close();
    pinned = true;
    emit("again", { exchange: id, text });
  };
  leave.onclick = close;
  area.onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send.click(); }
    if (event.key === "Escape") { event.stopPropagation(); close(); }
  };
  question.hidden = true;
  question.after(form);
  area.focus();
  area.select();
};

// --- the draft: what is in the box survives a reload, which is also how the page comes back after a restart

const keepDraft = () => {
  const box = $("#box textarea");
  if (box?.value) sessionStorage.draft = box.value;
  else if (box) sessionStorage.removeItem("draft");
};
const restoreDraft = () => {
  const box = $("#box textarea");
  if (!box || box.value || !sessionStorage.draft) return;
  box.value = sessionStorage.draft;
  box.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("input", (event) => event.target.closest?.("#box") && keepDraft());
addEventListener("pagehide", keepDraft);

// --- uploads

const drop = { waiting: [], refused: [] };
const sendFile = (file) => new Promise((resolve) => {
  const row = make("li", {}, make("span", { class: "name", dir: "auto" }, file.name));
  const bar = make("progress", { max: "1", value: "0", "aria-label": `Uploading ${file.name}` });
  row.append(bar);
  $("#sending").append(row);
  const request = new XMLHttpRequest();
  request.open("POST", `/upload?name=${encodeURIComponent(file.name)}`);
  request.upload.onprogress = (event) => (bar.value = event.total ? event.loaded / event.total : 0);
  request.onloadend = () => {
    row.remove();
    let reply = {};
    try { reply = JSON.parse(request.responseText); } catch { /* an answer that is no answer */ }
    if (request.status === 200) drop.waiting.push({ token: reply.token, name: file.name });
    else drop.refused.push({ name: file.name, reason: reply.reason ?? "The upload did not arrive." });
    resolve();
  };
  request.send(file);
});
const uploadAll = async (files) => {
  const dropzone = $("#dropzone"), most = Number(dropzone.dataset.most);
  const taken = [...files].slice(0, most);
  for (const file of [...files].slice(most))
    drop.refused.push({ name: file.name, reason: `At most ${most} files at a time.` });
  for (const file of taken) await sendFile(file);
  emit("uploaded", { waiting: drop.waiting.splice(0), refused: drop.refused.splice(0) });
};
document.addEventListener("change", (event) => {
  if (event.target.id !== "picked") return;
  uploadAll(event.target.files);
  event.target.value = "";
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();  // else the browser leaves the page to show the file
    const zone = $("#dropzone");
    zone?.classList.toggle("over", name === "dragover" && zone.contains(event.target));
    if (name === "drop" && zone?.contains(event.target)) uploadAll(event.dataTransfer.files);
  });
}

// --- clicks and keys

const askTyped = () => {
  const text = $("#box textarea").value;
  if (busy() || !text.trim()) return;  // one question at a time; what is typed stays
  pinned = true;
  emit("ask", { text });
};

document.addEventListener("click", (event) => {
  const node = event.target.closest?.("button, [data-do]");
  if (!node) return;
  const data = node.dataset;
  if (node.matches("#box .submit-button")) return askTyped();
  if (node.matches("[role=tab]") && event.isTrusted) closePanel();
  if (data.copy !== undefined) return copy(data.copy);
  if (data.edit !== undefined) return edit(data.edit);
  if (data.kept) return openKept(data.kept);
  if (data.gone) return deleteKept(data.gone);
  if (data.export) return exportAs(data.export);
  if (data.original) return saveOriginal(data.original);
  if (data.view) return showAs(data.view);
  if (data.toggle === "sidebar") return body.classList.toggle("sidebar-open");
  if (data.toggle === "light") {
    const dark = body.classList.toggle("dark");
    root.style.colorScheme = dark ? "dark" : "light";
    localStorage.light = dark ? "dark" : "light";
    return;
  }
  if (data.pick !== undefined) return $("#picked").click();
  if (data.do === "close") return closePanel();
  if (data.step) return stepTo(Number(data.step));
  if (!EVENTS.includes(data.do)) return;
  if (data.confirm && !confirm(data.confirm)) return;
  if (OPENS_PANEL.has(data.do)) openPanel(node);
  if (data.do === "ask" || data.do === "again") {
    pinned = true;
    $("#tabs button[role=tab]")?.click();
  }
  hideTip();
  if (data.do === "new") {
    leaveConversation();
    return emitAndWait("new", {}, "");
  }
  const { do: what, confirm: _, ...sent } = data;
  emit(what, sent);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.closest?.("#box")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  askTyped();
}, true);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") {
    if (body.classList.contains("asking")) return $("#box .stop-button")?.click();
    if (body.classList.contains("sidebar-open")) return body.classList.remove("sidebar-open");
    if (panelIsOpen()) return closePanel();
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    $("#box textarea")?.focus();
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && panelIsOpen() && !event.target.closest?.("[role=tablist], .scroll")) stepTo(step);
});

if (localStorage.light) {
  body.classList.toggle("dark", localStorage.light === "dark");
  root.style.colorScheme = localStorage.light;
}
