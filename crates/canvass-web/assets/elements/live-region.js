// <live-region src="events">: this file is about following something that changes. Every event from src fetches the page
// again and swaps its regions, at most once a second; a "done" event goes where its data says. Without script the page
// says how to reload it, or reloads itself.
customElements.define("live-region", class extends HTMLElement {
  static PAUSE_MS = 1000;
  #source;
  #due;

  connectedCallback() {
    if (!window.EventSource || !window.canvass) return;
    this.#source = new EventSource(this.getAttribute("src"));
    this.#source.onopen = () => this.setAttribute("state", "open");
    this.#source.onerror = () => this.setAttribute("state", "lost");
    this.#source.onmessage = () => this.#soon();
    this.#source.addEventListener("done", (event) => {
      this.#source.close();
      location.assign(event.data || location.href);
    });
  }

  disconnectedCallback() {
    this.#source?.close();
    clearTimeout(this.#due);
  }

  #soon() {
    this.#due ??= setTimeout(async () => {
      this.#due = undefined;
      if (document.hidden) return this.#whenSeen();
      try {
        window.canvass.apply((await window.canvass.request(location.href, {})).text);
      } catch {
        this.setAttribute("state", "lost");
      }
    }, this.constructor.PAUSE_MS);
  }

  // Nobody looks: one fetch when they return, instead of one per event.
  #whenSeen() {
    document.addEventListener("visibilitychange", () => this.isConnected && this.#soon(), { once: true });
  }
});
