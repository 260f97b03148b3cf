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
document.addEventListener("submit", (event) => {
  if (event.target.id !== "place") return;
  event.preventDefault();
  const field = event.target.elements.place;
  if (field.value.trim()) emit("place", { text: field.value });
  field.value = "";
});
// Files may be dropped anywhere on the page. The tab that takes them may not have been opened yet.
const whenThere = (selector, use) => ($(selector) ? use() : requestAnimationFrame(() => whenThere(selector, use)));
let leaving = 0;
const showDrop = (over) => {
  clearTimeout(leaving);
  body.classList.toggle("dropping", over);
  if (over) leaving = setTimeout(() => showDrop(false), 400);  // no event says that the files were taken elsewhere
};
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();  // else the browser leaves the page to show the file
    showDrop(name === "dragover");
    if (name !== "drop") return;
    const files = [...event.dataTransfer.files];
    showTab("Documents");
    whenThere("#dropzone", () => uploadAll(files));
  });
}

// Why files are not read is found out when it is asked for.
document.addEventListener("toggle", async ({ target }) => {
  if (!target.matches?.(".unread[open]") || $("ul", target)) return;
  const { html } = await server.why({});
  $("p", target).outerHTML = html;  // of our own template
}, true);

// What is under way is asked for where nothing has been heard of it for a second.
let heard = "";
setInterval(() => {
  const busy = $("#running .busy, #progress .busy");
  if (busy && busy.outerHTML === heard) emit("watch");
  heard = busy?.outerHTML ?? "";
}, 1000);

// --- the list of documents

let order = { column: 2, down: true };
const listDocuments = () => {
  const table = $("#table .documents tbody"), listed = $("#listed");
  if (!listed) return;
  listed.textContent = "";
  outdated = true;
  if (!table) return;
  const words = ($("#filter").value ?? "").toLowerCase().split(/\s+/), rows = [...table.rows];
  for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  const shown = rows.filter((row) => !row.hidden).length;
  listed.textContent = shown < rows.length ? `${shown} of ${rows.length}` : `${rows.length}`;
  const key = (row) => row.cells[order.column].dataset.key ?? row.cells[order.column].textContent.trim();
  const collator = new Intl.Collator(undefined, { numeric: true }), sign = order.down ? -1 : 1;
  const sorted = [...rows].sort((one, other) => sign * collator.compare(key(one), key(other)));
  if (sorted.some((row, place) => row !== rows[place])) table.append(...sorted);
  for (const button of document.querySelectorAll("#table [data-sort]")) {
    const direction = order.down ? "descending" : "ascending", own = Number(button.dataset.sort) === order.column;
    if (own) button.parentElement.setAttribute("aria-sort", direction);
    else button.parentElement.removeAttribute("aria-sort");
  }
};
const sortBy = (column) => {
  order = { column, down: column === order.column ? !order.down : column === 2 };
  listDocuments();
};
document.addEventListener("input", (event) => event.target.id === "filter" && listDocuments());
observe("table", listDocuments);
