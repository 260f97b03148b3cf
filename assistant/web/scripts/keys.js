// --- clicks and keys

const tabOf = (name) =>
  [...document.querySelectorAll("#tabs button[role=tab]")].find((tab) => [name, translated(name)].includes(tab.textContent.trim()));
const showTab = (name) => tabOf(name)?.click();
const showChat = () => showTab("Chat");
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
  if (node.matches("[role=tab]") && node === tabOf("Chat")) renew();
  if (data.copy !== undefined) return copy(data.copy);
  if (data.keep !== undefined) return keepNote(data.keep);
  if (data.showNotes !== undefined) return showNotes(node);
  if (data.copyNotes !== undefined) return copy(notesField().value);
  if (data.notes) return saveNotes(data.notes);
  if (data.edit !== undefined) return edit(data.edit);
  if (data.kept) return openKept(data.kept);
  if (data.pin) return label(data.pin, { pinned: node.getAttribute("aria-pressed") !== "true" });
  if (data.rename) return rename(data.rename);
  if (data.gone) return deleteKept(data.gone);
  if (data.export) return exportAs(data.export);
  if (data.choose !== undefined) return toggleChoices($("#choices").hidden);
  if (data.unchoose !== undefined) return setScope({ outlets: [], sources: [], since: null, until: null });
  if (data.sort) return sortBy(Number(data.sort));
  if (data.drop) return dropChoice(data.drop, data.value);
  if (data.only) return askOnly(data.only);
  if (data.list) return showList(node);
  if (data.original) return saveOriginal(data.original);
  if (data.view) return showAs(data.view);
  if (data.larger !== undefined) return showLarger(!body.classList.contains("larger"));
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
  if (OPENS_PANEL.has(data.do)) {
    body.classList.remove("notes-open");
    openPanel(node);
  }
  if (data.do === "ask" || data.do === "again") {
    pinned = true;
    showChat();
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
    if ($("#choices")?.hidden === false) return toggleChoices(false);
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
