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
