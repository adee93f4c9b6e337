"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  for (const part of all(".scripted")) part.hidden = false;

  // Search: outcome, level and format are filtered by the style sheet alone.
  const text = document.getElementById("text");
  const count = document.getElementById("count");
  const results = all("[data-level]").map((element) => [element, element.textContent.toLowerCase()]);
  const rows = all("tr[data-level]");
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [element, holds] of results) element.hidden = !words.every((word) => holds.includes(word));
    const left = rows.filter((row) => row.checkVisibility()).length;
    count.value = left === rows.length ? "" : `${left} of ${rows.length} requirements`;
  };
  if (text) {
    text.addEventListener("input", filter);
    document.addEventListener("change", filter);
    filter(); // a browser may have kept what was entered before
  }

  // A link into a part that is closed opens it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const closed = target && target.closest("details:not([open])");
    if (!closed) return;
    closed.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Copying: where there is no clipboard, as on plain http, what is selected is copied.
  const copied = (code) => {
    const selection = getSelection();
    selection.selectAllChildren(code);
    const done = document.execCommand("copy");
    selection.removeAllRanges();
    return done;
  };
  for (const button of all(".copy")) {
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      let done = true;
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        done = copied(code);
      }
      button.textContent = done ? "Copied" : "Not copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    button.setAttribute("aria-live", "polite");
  }

  // Print shows what is closed; older browsers need the attribute for it.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
