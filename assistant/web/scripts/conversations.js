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
  const { name, pinned } = kept ?? ours;  // given here, and unknown to the server
  return { ...ours, name, pinned, exchanges: [...before, ...own.values()] };
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
  else if (OPENS_PANEL.has(what)) emitInTurn(what, data);
  else send(what, data);
};
const send = (what, data) => trigger(what, { ...data, current: current?.id ?? "" });
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
  if (conversation.name) return conversation.name;
  const line = (conversation.exchanges[0]?.question ?? "New conversation").replace(/\s+/g, " ").trim();
  return line.length > 80 ? line.slice(0, 79) + "…" : line;
};
const readList = async () => {
  if (where === "browser") {
    const all = await inStore("readonly", (store) => store.getAll());
    summaries = all.map((kept) => ({
      id: kept.id, title: titleOf(kept), changed: kept.changed, pinned: !!kept.pinned,
      words: kept.exchanges.map((each) => `${each.question} ${each.answer?.text ?? ""}`).join(" "),
    }));
    summaries.sort((one, other) => (one.changed < other.changed ? 1 : -1));
  }
  drawList();
};
const rowOf = (kept) => {
  const button = make("button", { type: "button", class: "kept", "data-kept": kept.id, dir: "auto" }, kept.title);
  const gone = make(
    "button", { type: "button", class: "gone", "data-gone": kept.id, "aria-label": `Delete “${kept.title}”` }, "×",
  );
  const pin = make("button", { type: "button", class: "pin", "data-pin": kept.id });
  const rename = make(
    "button", { type: "button", class: "rename", "data-rename": kept.id, "aria-label": `Rename “${kept.title}”` }, "✎",
  );
  return make("li", { id: `kept-${kept.id}` }, button, pin, rename, gone);
};
const ageOf = (kept) => {
  if (kept.pinned) return "Pinned";
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(kept.changed).setHours(0, 0, 0, 0)) / 86_400_000);
  return days < 1 ? "Today" : days < 2 ? "Yesterday" : days < 8 ? "In the last week" : "Earlier";
};
const grouped = (shown) => ["Pinned", "Today", "Yesterday", "In the last week", "Earlier"].flatMap((age) => {
  const rows = shown.filter((kept) => ageOf(kept) === age);
  const head = `age-${age.replaceAll(" ", "-")}`;
  if (!rows.length) return [];
  return [
    document.getElementById(head) ?? make("li", { id: head, class: "age" }, age),
    ...rows.map((kept) => document.getElementById(`kept-${kept.id}`) ?? rowOf(kept)),
  ];
});
const found = (kept) => {
  const words = ($("#find-kept")?.value ?? "").toLowerCase().split(/\s+/);
  const text = `${kept.title} ${kept.words ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
};
const label = async (id, changes) => {
  const { title, pinned } = summaries.find((kept) => kept.id === id);
  if (where === "browser") {
    await inStore("readwrite", (store) => {
      const reading = store.get(id);
      reading.onsuccess = () => reading.result && store.put({ ...reading.result, ...changes });
      return reading;
    });
    if (current?.id === id) Object.assign(current, changes);
    await readList();
  } else emit("rename", { id, text: changes.name ?? title, pinned: changes.pinned ?? pinned });
};
const rename = (id) => {
  const button = $(`#kept-${id} .kept`), field = make("input", { class: "naming", "aria-label": "Name", maxlength: "200" });
  field.value = button.textContent;
  const close = (keep) => {
    if (!field.isConnected) return;
    field.onblur = null;
    field.replaceWith(button);
    if (keep && field.value.trim()) label(id, { name: field.value.trim() });
  };
  field.onblur = () => close(true);
  field.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();  // else Enter presses the button that takes the field's place
    close(event.key === "Enter");
    button.focus();
  };
  button.replaceWith(field);
  field.focus();
  field.select();
};
document.addEventListener("input", (event) => event.target.id === "find-kept" && drawList());
// Rows stay where they are as far as they can: one that is drawn anew between press and release swallows the click.
const drawList = () => {
  const list = $("#conversations"), shown = summaries.filter((kept) => !deleted.has(kept.id) && found(kept));
  for (const button of document.querySelectorAll("[data-export]")) button.disabled = !current?.exchanges?.length;
  if (!list) return;
  const rows = grouped(shown), nothing = summaries.length ? "Nothing found." : "Your questions will appear here.";
  if (!rows.length) rows.push(make("li", { class: "none" }, nothing));
  for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
  rows.forEach((row, place) => {
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  for (const kept of shown) {
    const row = document.getElementById(`kept-${kept.id}`), button = $(".kept", row), pin = $(".pin", row);
    if (button && button.textContent !== kept.title) button.textContent = kept.title;
    if (button) button.title = kept.title;  // it may be cut
    if (button && kept.id === current?.id) button.setAttribute("aria-current", "true");
    else button?.removeAttribute("aria-current");
    pin.textContent = kept.pinned ? "★" : "☆";
    pin.setAttribute("aria-pressed", String(kept.pinned));
    pin.setAttribute("aria-label", `Pin “${kept.title}”`);
    $(".rename", row).setAttribute("aria-label", `Rename “${kept.title}”`);
    $(".gone", row).setAttribute("aria-label", `Delete “${kept.title}”`);
  }
};
const openKept = async (id) => {
  const kept = where === "browser" ? await inStore("readonly", (store) => store.get(id)) : null;
  emitAndWait("open", { id, conversation: kept ? JSON.stringify(kept) : null }, id);
  leaveConversation();
};
const leaveConversation = () => {
  body.classList.remove("sidebar-open");
  closePanel();
  showChat();
};
const deleteKept = async (id) => {
  if (!confirm(translated("Delete this conversation for good?"))) return;
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
  if (message.said) say(message.said);
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
  suggest();
  if (!started) {
    started = true;
    restoreDraft();
    body.dataset.ready = "yes";
    const last = sessionStorage.current;
    if (last && summaries.some((kept) => kept.id === last)) openKept(last);
  }
});

// Further questions under the last answer. Asked for by a call, not by an event, which could disturb another.
const suggest = async () => {
  const asked = current, last = asked?.exchanges.find((exchange) => exchange.id === asked.last);
  const place = $("#next"), answered = last?.answer ? last.id : "";
  if (!place || place.dataset.of === answered) return;
  place.replaceChildren();
  place.dataset.of = answered;
  if (!answered) return;
  const { html } = await server.suggest({ conversation: JSON.stringify(asked) });
  if (place.dataset.of === answered) place.innerHTML = html;  // of our own template
};

const exportAs = async (form) => {
  const kept = where === "browser" ? await inStore("readonly", (store) => store.get(current.id)) : null;
  const file = await server.export({ form, conversation: JSON.stringify(kept ?? current) });
  save(bytesOf(file.data), `conversation.${form}`, "application/octet-stream");
};
