// <alias-field for="name-input" src="check-address">: this file is about suggesting an alias from the organisation's name
// and checking it while one types. The server answers {"alias", "free", "message"}; it checks again on submission.
customElements.define("alias-field", class extends HTMLElement {
  static PAUSE_MS = 300;
  #touched = false;
  #due;
  #asked = 0;

  connectedCallback() {
    this.input = this.querySelector("input");
    this.verdict = this.querySelector("[data-verdict]");
    const name = document.getElementById(this.getAttribute("for"));
    this.#touched = this.input.value !== "";
    this.input.addEventListener("input", () => {
      this.#touched = this.input.value !== "";
      this.#soon({ alias: this.input.value });
    });
    name?.addEventListener("input", () => this.#touched || this.#soon({ name: name.value }));
  }

  #soon(question) {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.#ask(question), this.constructor.PAUSE_MS);
  }

  async #ask(question) {
    const turn = ++this.#asked;
    if (!(question.alias ?? question.name).trim()) return this.#show("", "");
    try {
      const answer = await fetch(`${this.getAttribute("src")}?${new URLSearchParams(question)}`, { headers: { accept: "application/json" } });
      const { alias, free, message } = await answer.json();
      if (turn !== this.#asked) return;
      if (question.name !== undefined && !this.#touched) this.input.value = alias;
      this.#show(message, free ? "good" : "danger");
    } catch {
      this.#show("", "");
    }
  }

  #show(message, state) {
    this.verdict.className = `verdict ${state}`;
    this.verdict.textContent = message;
  }
});
