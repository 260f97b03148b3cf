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
  if (!pinned || !$("#thread .exchange")) return;
  thread().scrollTop = thread().scrollHeight;
  const last = $("#log .exchange:last-child");
  if (done && last && last.offsetHeight + $("#further").offsetHeight > thread().clientHeight) {
    last.scrollIntoView();  // read it from its beginning
    pinned = false;
  }
};
// What is suggested below an answer, which comes later, moves nothing that is being read.
const suggested = (changes) => changes?.every(({ target }) => target.closest?.("#further"));
observe("thread", (changes) => suggested(changes) || followThread());
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

const showList = async (button) => {
  button.disabled = true;
  const list = await server.show({ source: button.dataset.list, start: button.dataset.start });
  if (!list.html) return say(list.fault);
  const whole = make("div", { class: "whole-list" });
  whole.innerHTML = list.html;  // of our own template
  button.parentElement.replaceWith(whole);
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
