// <upload-progress bytes-max="5000000">: this file is about sending the form around a chosen file while showing how far it
// has come. A file that is too large is refused before it is sent. Without script the form is sent as every other.
customElements.define("upload-progress", class extends HTMLElement {
  #sending;

  connectedCallback() {
    this.form = this.closest("form");
    this.file = this.querySelector("input[type=file]");
    this.shown = this.querySelector("[data-progress]");
    this.said = this.querySelector("[data-said]");
    if (!this.form || !window.canvass) return;
    this.submitted = (event) => this.#submit(event);
    this.form.addEventListener("submit", this.submitted);
    this.file.addEventListener("change", () => this.#say(this.#isTooLarge() ? this.#tooLarge() : "", this.#isTooLarge()));
    this.querySelector("[data-cancel]").addEventListener("click", () => this.#sending?.abort());
  }

  disconnectedCallback() {
    this.form?.removeEventListener("submit", this.submitted);
    this.#sending?.abort();
  }

  #submit(event) {
    const button = event.submitter;
    const isOurs = (button?.formEnctype || this.form.enctype) === "multipart/form-data";
    if (!isOurs || this.form.dataset.plain || !this.file.files.length) return;
    event.preventDefault();
    if (this.#sending) return;
    if (this.#isTooLarge()) {
      this.#say(this.#tooLarge(), true);
      this.file.focus();
      return;
    }
    this.#send(button);
  }

  #send(button) {
    const target = button?.hasAttribute("formaction") ? button.formAction : this.form.action;
    const request = new XMLHttpRequest();
    this.#sending = request;
    request.open("POST", target);
    request.setRequestHeader("accept", "text/html");
    request.upload.addEventListener("progress", (event) => this.#show(event));
    request.addEventListener("load", () => this.#arrived(request, target, button));
    request.addEventListener("error", () => this.#end("The connection broke; try again.", true));
    request.addEventListener("abort", () => this.#end("Cancelled.", false));
    request.send(new FormData(this.form, button));
    this.#show({ loaded: 0, total: 1 });
  }

  #show({ loaded, total }) {
    const percent = Math.floor((100 * loaded) / Math.max(total, 1));
    this.shown.hidden = false;
    this.shown.querySelector("progress").value = percent;
    // Said in tens, or a screen reader would never come to an end.
    this.#say(percent < 100 ? `Sending, ${percent - (percent % 10)} %` : "Almost done", false);
  }

  #arrived(request, target, button) {
    const isPage = (request.getResponseHeader("content-type") || "").startsWith("text/html");
    this.#end("", false);
    if (isPage && request.responseURL !== target) return location.assign(request.responseURL);
    if (isPage && window.canvass.apply(request.responseText)) return;
    this.form.dataset.plain = "yes";
    this.form.requestSubmit(button);
  }

  #end(words, isWrong) {
    this.#sending = undefined;
    this.shown.hidden = true;
    this.#say(words, isWrong);
  }

  #say(words, isWrong) {
    if (this.said.textContent !== words) this.said.textContent = words;
    this.said.classList.toggle("danger", isWrong);
  }

  #isTooLarge() {
    const file = this.file.files[0];
    return Boolean(file) && Number(this.getAttribute("bytes-max")) < file.size;
  }

  #tooLarge() {
    return "This file is larger than that; choose another.";
  }
});
