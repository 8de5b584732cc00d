/* A conversation: the newest message in sight, Enter sends where there is a keyboard, a sent form is empty again. */
(() => {
  "use strict";
  const form = document.querySelector("[data-say]");
  const log = () => document.getElementById("talk");
  const nearEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 240;
  let wasNear = true;
  function toEnd() {
    const last = log()?.querySelector(".bubbles > li:last-child");
    last?.scrollIntoView({ block: "center" });
  }
  if (!location.hash && !new URLSearchParams(location.search).has("before")) toEnd();
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.id === "talk") wasNear = nearEnd(); });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "talk" && wasNear) toEnd(); });
  if (!form) return;
  const field = form.elements.text;
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || event.detail.elt !== form) return;
    const key = form.elements.key.value;
    form.reset();
    form.elements.key.value = key;
    field.focus();
    wasNear = true;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (field.value.trim()) form.requestSubmit();
  });
  /* a saved answer stands in the field, to be looked over before it is sent */
  document.addEventListener("click", (event) => {
    const saved = event.target.closest("[data-answer]");
    if (!saved) return;
    field.value = saved.dataset.answer;
    if (form.elements.saved) form.elements.saved.value = saved.dataset.id;
    saved.closest("details")?.removeAttribute("open");
    field.focus();
  });
  /* quick search among them */
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find-answer]")) return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const row of document.querySelectorAll("[data-answer]")) row.closest("li").hidden = !row.textContent.toLowerCase().includes(wanted);
  });
})();
