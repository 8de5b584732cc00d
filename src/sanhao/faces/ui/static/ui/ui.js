/* Small conveniences. Every page works without them: theme, rings that run, toasts, questions before what is final. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.dataset.script = "";

  /* Business time: the page says what time it was when it was made; from then on it runs by the machine's ticks. */
  let started = performance.now();
  let base = Date.parse(root.dataset.now || "") || Date.now();
  const now = () => base + (performance.now() - started);
  document.addEventListener("htmx:afterSettle", () => { /* a demo world's clock was moved elsewhere */
    const told = Date.parse(document.getElementById("demo-clock")?.dataset.now || "");
    if (told > now()) { base = told; started = performance.now(); runRings(); }
  });

  /* ---- tabs: where one is, is in sight ---- */
  for (const here of document.querySelectorAll(".tabs [aria-current]")) {
    const row = here.parentElement;
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  /* ---- rings ---- */
  const HOUR = 3600e3;
  function left(rest) {
    if (rest >= 72 * HOUR) return [Math.floor(rest / (24 * HOUR)), 0];
    if (rest >= HOUR) return [Math.floor(rest / HOUR), 1];
    return [Math.floor(rest / 60e3), 2];
  }
  function runRings() {
    const moment = now();
    for (const dial of document.querySelectorAll("[data-ring]")) {
      const due = Date.parse(dial.dataset.due), start = Date.parse(dial.dataset.ring);
      const rest = Math.max(due - moment, 0), share = due > start ? Math.min(rest / (due - start), 1) : 0;
      dial.querySelector("[data-arc]")?.setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 200`);
      const [number, unit] = left(rest);
      const shown = dial.querySelector("[data-number]");
      if (shown) {
        shown.textContent = number;
        dial.querySelector("[data-unit]").textContent = dial.dataset.units.split("|")[unit];
      }
      const slip = dial.closest(".slip, .slip-row");
      const word = slip.classList.contains("slip") ? "slip" : "slip-row";
      slip.classList.toggle(`${word}--soon`, share <= 0.25);
      /* the time is up: ask the server once how it looks now */
      if (rest === 0 && slip.hasAttribute("hx-get") && !slip.dataset.asked && window.htmx) {
        slip.dataset.asked = "1";
        window.htmx.trigger(slip, "live");
      }
    }
  }
  runRings();
  setInterval(() => { if (!document.hidden) runRings(); }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) runRings(); });

  /* ---- theme: shown at once, remembered by the form's own post ---- */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    root.dataset.theme = theme;
    for (const button of form.querySelectorAll("button[name=theme]")) button.setAttribute("aria-pressed", String(button.value === theme));
    const body = new FormData(form);
    body.set("theme", theme);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  });

  /* ---- a question before what cannot be undone ---- */
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  }, true);

  /* ---- quantity ---- */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const input = button.closest("[data-quantity]").querySelector("input");
    const before = input.value;
    if (Number(button.dataset.step) > 0) input.stepUp(); else input.stepDown();
    if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* ---- tick all boxes of a table ---- */
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-all]")) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(event.target.dataset.all)}"]:not(:disabled)`)) box.checked = event.target.checked;
  });

  /* ---- toasts: rendered by the server, or said by an HX-Trigger {"toast": {"text": …}} ---- */
  const toasts = document.getElementById("toasts");
  function leave(toast) {
    if (toast.classList.contains("is-leaving")) return;
    toast.classList.add("is-leaving");
    setTimeout(() => toast.remove(), 300);
  }
  function settle(toast) {
    if (toast.dataset.settled) return;
    toast.dataset.settled = "1";
    setTimeout(() => leave(toast), 4000 + 60 * toast.textContent.length);
  }
  function say(text, tone) {
    const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
    toast.querySelector("p").textContent = text;
    if (tone) toast.classList.add(`toast--${tone}`);
    toasts.append(toast);
  }
  if (toasts) {
    toasts.querySelectorAll("[data-toast]").forEach(settle);
    new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
      if (node.matches?.("[data-toast]")) settle(node);
    }))).observe(toasts, { childList: true });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-dismiss]");
      if (button) leave(button.closest("[data-toast]"));
    });
    document.addEventListener("toast", (event) => say(event.detail.text ?? event.detail.value, event.detail.tone));
  }
  document.addEventListener("htmx:afterSwap", runRings);
})();
