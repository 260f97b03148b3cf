// The scripts carry clicks to the server, and do what needs no server: tooltip, editing, copying, keys, keeping
// conversations in the browser. They run once, together, as `js_on_load` of the page's hidden bridge.
const EVENTS = [
  "ask", "again", "version", "save", "sources", "cite", "near", "document", "hit", "new", "open", "forget",
  "scope", "rename", "uploaded", "place", "cancel", "remove", "restore", "delete", "refresh", "run", "evaluate", "watch",
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


// --- small help

const say = (text) => {
  let toast = $("#said");
  if (!toast) body.append((toast = make("div", { id: "said", role: "status" })));
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("shown"), Math.max(4000, 90 * text.length));
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
  say("Copied.");
};
const tip = make("div", { id: "tip", role: "tooltip", hidden: "" });
body.append(tip);
const showTip = (chip) => {
  tip.replaceChildren(
    make("b", { dir: "auto" }, chip.dataset.byline), make("span", { dir: "auto" }, `“${chip.dataset.quote}”`),
  );
  tip.hidden = false;
  tip.style.left = "0";  // else it is as narrow as what is right of its last place
  const at = chip.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const edge = $("#main").getBoundingClientRect().right;  // it covers nothing of the panel
  const left = Math.max(8, Math.min(at.left + at.width / 2 - own.width / 2, edge - own.width - 8));
  const above = at.top - own.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  chip.setAttribute("aria-describedby", "tip");
};
const hideTip = () => (tip.hidden = true);
for (const [show, hide] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(show, (event) => {
    const chip = event.target.closest?.(".chip");
    if (chip && event.pointerType !== "touch" && !matchMedia("(hover: none)").matches) showTip(chip);
  });
  document.addEventListener(hide, (event) => event.target.closest?.(".chip") && hideTip());
}
document.addEventListener("scroll", hideTip, true);
