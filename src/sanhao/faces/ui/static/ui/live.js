/* Pages that change by themselves. One socket; only topics travel, and what changed is fetched again through htmx.
   Client: {"watch": [ticket, …]} on opening and when new elements appear. Server: {"topic": "order:…"}. */
(() => {
  "use strict";
  const address = document.documentElement.dataset.liveAddress;
  const POLL = 20_000, FIRST = 1_000, LONGEST = 30_000;
  let socket = null, wait = FIRST, watched = new Set();

  /* A ticket is `payload:time:signature`; the payload is the topic as JSON in url-safe base64. */
  function topicOf(ticket) {
    try {
      const payload = ticket.split(":")[0].replace(/-/g, "+").replace(/_/g, "/");
      const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch { return null; }
  }
  const elements = () => [...document.querySelectorAll("[data-live]")];
  const isOpen = () => socket !== null && socket.readyState === WebSocket.OPEN;
  function refresh(element) { if (window.htmx && element.isConnected) window.htmx.trigger(element, "live"); }

  function watch() {
    if (!isOpen()) return;
    const fresh = [];
    for (const element of elements()) {
      const ticket = element.dataset.live, topic = topicOf(ticket);
      if (topic === null || watched.has(topic)) continue;
      watched.add(topic);
      fresh.push(ticket);
    }
    if (fresh.length) socket.send(JSON.stringify({ watch: fresh }));
  }
  function open() {
    if (!address || socket !== null || !elements().length) return;
    socket = new WebSocket(address);
    const again = wait > FIRST;
    socket.addEventListener("open", () => {
      wait = FIRST;
      watched = new Set();
      watch();
      if (again) elements().forEach(refresh); /* what we missed while away */
    });
    socket.addEventListener("message", (event) => {
      let topic;
      try { topic = JSON.parse(event.data).topic; } catch { return; }
      elements().filter((element) => topicOf(element.dataset.live) === topic).forEach(refresh);
    });
    socket.addEventListener("close", () => {
      socket = null;
      setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST);
    });
  }
  open();
  document.addEventListener("htmx:afterSettle", () => { open(); watch(); });
  /* Without a socket pages ask now and then; what is merely good to see (data-live-calm) waits for the next page. */
  const urgent = () => elements().filter((element) => !("liveCalm" in element.dataset));
  setInterval(() => { if (!isOpen() && !document.hidden) urgent().forEach(refresh); }, POLL);
})();
