// <look-again>: this file is about a page that waits for something: it is fetched again a few times, each time a little
// later, and what changed is shown. Without script the page says to reload it.
customElements.define("look-again", class extends HTMLElement {
  static TIMES_MAX = 30;
  static PAUSE_MS = 1000;
  static #times = 0;
  #due;

  connectedCallback() {
    if (window.canvass && this.constructor.#times < this.constructor.TIMES_MAX) this.#soon();
  }

  disconnectedCallback() {
    clearTimeout(this.#due);
  }

  #soon() {
    const pause = this.constructor.PAUSE_MS + 200 * this.constructor.#times++;
    this.#due = setTimeout(async () => {
      // Not while somebody fills in a form that would be swapped.
      const isBusy = document.hidden || document.querySelector("main :is(input, textarea, select):focus");
      try {
        if (!isBusy) window.canvass.apply((await window.canvass.request(location.href, {})).text);
      } catch {
        return;
      }
      if (this.isConnected && this.constructor.#times < this.constructor.TIMES_MAX) this.#soon();
    }, pause);
  }
});
