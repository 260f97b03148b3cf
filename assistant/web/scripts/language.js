// --- the reader's language: texts of the page are replaced by those of the catalogue, which gradio sends along. Texts of
// documents, questions and answers never are: they stand in elements with `dir="auto"`.

const catalogue = window.gradio_config?.i18n_translations?.[navigator.language.slice(0, 2)];
const FIGURE = /\d+(?:[.,]\d+)*/g, FOREIGN = "[dir=auto], code, pre, script, style, textarea";
const translated = (text) => {
  const line = text.trim(), figures = line.match(FIGURE) ?? [], said = catalogue?.[line.replace(FIGURE, "{}")];
  return said ? text.replace(line, () => said.replace(/{}/g, () => figures.shift() ?? "")) : text;
};
const translateText = (node) => {
  const said = translated(node.data);
  if (said !== node.data) node.data = said;
};
const translate = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.parentElement?.closest(FOREIGN) || translateText(node);
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const each of [node, ...node.querySelectorAll("[aria-label], [placeholder], [title]")])
    for (const name of ["aria-label", "placeholder", "title"]) {
      const text = each.getAttribute(name), said = text && translated(text);
      if (said !== text) each.setAttribute(name, said);
    }
  if (node.closest(FOREIGN)) return;
  const accept = (at) => (at.nodeType === Node.ELEMENT_NODE && at.matches(FOREIGN) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, accept);
  while (walker.nextNode()) if (walker.currentNode.nodeType === Node.TEXT_NODE) translateText(walker.currentNode);
};
if (catalogue) {
  root.lang = navigator.language;
  translate(body);
  new MutationObserver((changes) => {
    for (const change of changes) [change.target, ...change.addedNodes].slice(change.type === "childList" ? 1 : 0).forEach(translate);
  }).observe(body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "placeholder", "title"],
  });
}
