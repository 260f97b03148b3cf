// --- which documents are asked

const scopeOf = () => current?.scope ?? { outlets: [], sources: [], since: null, until: null };
const setScope = (changes) => emit("scope", { scope: { ...scopeOf(), ...changes } });
const toggleChoices = (open) => {
  const form = $("#choices"), button = $("#scope [data-choose]");
  form.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  (open ? $("input[type=search]", form) : button).focus();
};
// What there is to ask changes with the documents. It is asked for when the conversation is shown again.
let outdated = false;
const putInside = (node, html) => {  // the node itself is gradio's to replace
  const made = make("div");
  made.innerHTML = html;  // of our own templates
  node.replaceChildren(...made.firstElementChild.childNodes);
};
const renew = async () => {
  if (!outdated) return;
  outdated = false;
  const chosen = JSON.stringify(scopeOf());
  const { scope, welcome } = await server.renewed({ scope: chosen });
  const same = chosen === JSON.stringify(scopeOf());  // else another conversation has brought its own meanwhile
  if (same && $("#choices")?.hidden !== false) putInside($("#asked"), scope);
  putInside($("#welcome .welcome"), welcome);
};
const dropChoice = (field, value) => {
  const list = scopeOf()[field];
  setScope({ [field]: Array.isArray(list) ? list.filter((each) => each !== value) : null });
};
const askOnly = (source) => {
  setScope({ outlets: [], sources: [source], since: null, until: null });
  showChat();
  $("#box textarea").focus();
};
document.addEventListener("submit", (event) => {
  if (event.target.id !== "choices") return;
  event.preventDefault();
  const chosen = new FormData(event.target);
  toggleChoices(false);
  setScope({
    outlets: chosen.getAll("outlets"), sources: chosen.getAll("sources"),
    since: chosen.get("since") || null, until: chosen.get("until") || null,
  });
});
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("#choices input[type=search]")) return;
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const each of document.querySelectorAll("#choices .all label"))
    each.hidden = !words.every((word) => each.textContent.toLowerCase().includes(word));
});
