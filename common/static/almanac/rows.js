/* Rows of fields that come and go: one is copied from the template, one is taken out, the last empty one stays. */
(() => {
  "use strict";

  const showOptions = (row) => {
    const kind = row.querySelector("select");
    const options = row.querySelector("[data-row-options]");
    if (kind && options) options.hidden = kind.value !== "choice" && !options.querySelector("textarea").value.trim();
  };

  const ready = (row) => {
    row.querySelector("[data-row-remove]").hidden = false;
    showOptions(row);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const editor of document.querySelectorAll("[data-rows]")) {
      const here = editor.querySelector("[data-rows-here]");
      const add = editor.querySelector("[data-rows-add]");
      const limit = () => { add.disabled = here.children.length >= Number(editor.dataset.most); };

      add.hidden = false;
      for (const row of here.children) ready(row);
      limit();

      add.addEventListener("click", () => {
        here.append(editor.querySelector("template").content.cloneNode(true));
        ready(here.lastElementChild);
        here.lastElementChild.querySelector("input").focus();
        limit();
      });
      editor.addEventListener("click", (event) => {
        if (!event.target.closest("[data-row-remove]")) return;
        event.target.closest("[data-row]").remove();
        limit();
      });
      editor.addEventListener("change", (event) => {
        const row = event.target.closest("[data-row]");
        if (row) showOptions(row);
      });
    }
  });
})();
