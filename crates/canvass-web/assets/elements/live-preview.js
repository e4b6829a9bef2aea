// <live-preview for="form" src="page">: this file is about showing what a form describes while it is filled in, in the
// iframe inside. Without script a button of the form does it.
customElements.define("live-preview", class extends HTMLElement {
  static PAUSE_MS = 250;
  #due;

  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("for"));
    this.form?.addEventListener("input", () => {
      clearTimeout(this.#due);
      this.#due = setTimeout(() => this.#show(), this.constructor.PAUSE_MS);
    });
  }

  #show() {
    const fields = new URLSearchParams(new FormData(this.form));
    fields.delete("welcome");
    this.querySelector("iframe").contentWindow.location.replace(`${this.getAttribute("src")}?${fields}`);
  }
});
