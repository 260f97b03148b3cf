// --- notes: a draft that the browser keeps, to which answers and quotations are added with their references

const notesField = () => $("#notes textarea");
const showNotes = (from) => {
  body.classList.remove("sidebar-open");
  body.classList.add("notes-open");
  openPanel(from);
  notesField().value = localStorage.notes ?? "";
  notesField().focus();
};
const keepNote = (text) => {
  localStorage.notes = [localStorage.notes?.trimEnd(), text].filter(Boolean).join("\n\n");
  if (notesField()) notesField().value = localStorage.notes;
  say("Added to your notes.");
};
const saveNotes = async (form) => {
  const text = notesField().value;
  if (form === "md") return save(text, "notes.md", "text/markdown");
  const file = await server.notes({ text });
  save(bytesOf(file.data), "notes.docx", "application/octet-stream");
};
document.addEventListener("input", (event) => {
  if (event.target === notesField()) localStorage.notes = event.target.value;
});
addEventListener("storage", (event) => {
  if (event.key === "notes" && notesField()) notesField().value = event.newValue ?? "";
});
