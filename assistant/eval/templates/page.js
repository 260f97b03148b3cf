const cases = [...document.querySelectorAll(".case")];
const buttons = [...document.querySelectorAll("button[data-kind]")];
const find = document.getElementById("find");
const count = document.getElementById("count");
let kind = "";

function show() {
  const words = find.value.toLowerCase();
  let shown = 0;
  for (const one of cases) {
    const on = (!kind || one.dataset.kind === kind) && (!words || one.textContent.toLowerCase().includes(words));
    one.hidden = !on;
    shown += on;
  }
  count.textContent = shown + " shown";
  for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.kind === kind);
}

for (const button of buttons) button.addEventListener("click", () => { kind = button.dataset.kind; show(); });
if (find) { find.addEventListener("input", show); show(); }
