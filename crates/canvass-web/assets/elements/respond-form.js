// <respond-form data-draft="key">: this file is about answering with script: sections without reload when the page holds
// them all, a draft kept in this browser until the answers are sent, one submission however often one clicks. Where
// storage is refused (the page runs in a sandbox of its own) the draft is simply not kept.
(() => {
  "use strict";

  const storage = (() => {
    try { return window.localStorage; } catch { return null; }
  })();

  customElements.define("respond-form", class extends HTMLElement {
    connectedCallback() {
      // A deferred script meets the element parsed; its children are there.
      this.form = this.querySelector("form");
      this.key = `canvass:${this.dataset.draft}`;
      this.sections = [...this.querySelectorAll("[data-section]")];
      if (!this.form) return;
      this.#fill();
      this.form.addEventListener("input", () => this.#keep());
      this.form.addEventListener("submit", (event) => this.#submit(event));
      addEventListener("pageshow", (event) => { if (event.persisted) delete this.form.dataset.sending; });
      this.querySelector(".error-summary")?.focus();
    }

    // A step between sections happens here when the section is right as far as the browser can tell; otherwise the
    // server answers, as without script, with its errors beside the questions.
    #submit(event) {
      if (this.form.dataset.sending) return event.preventDefault();
      const at = this.sections.findIndex((it) => !it.hidden);
      const to = { next: at + 1, back: at - 1 }[event.submitter?.value];
      const right = to < at || ![...this.sections[at]?.querySelectorAll("input, select, textarea") ?? []].some((it) => !it.checkValidity());
      if (this.sections[to] && right && !this.querySelector(".error-summary")) {
        event.preventDefault();
        return this.#show(to);
      }
      this.form.dataset.sending = "yes";
    }

    #show(at) {
      const section = this.sections[at];
      const last = at === this.sections.length - 1;
      const [primary, back] = [".primary[name='_go']", "[name='_go'][value='back']"].map((it) => this.form.querySelector(it));
      this.sections.forEach((it) => { it.hidden = it !== section; });
      document.querySelector(".opening > .lead")?.toggleAttribute("hidden", at > 0);
      this.form.elements["_section"].value = section.dataset.section;
      primary.value = last ? "submit" : "next";
      primary.textContent = primary.dataset[primary.value];
      back.hidden = at === 0;
      const progress = this.querySelector("[data-progress]");
      progress?.querySelectorAll("li").forEach((it, index) => it.classList.toggle("done", index <= at));
      const words = progress?.querySelector("p");
      if (words) words.textContent = words.textContent.replace(/\d+/, String(at + 1));
      section.querySelector("[tabindex]")?.focus();
    }

    #keep() {
      const fields = [...new FormData(this.form)].filter(([name]) => !name.startsWith("_"));
      try { storage?.setItem(this.key, JSON.stringify(fields)); } catch { /* full: the form itself still holds them */ }
    }

    // A draft fills only a form nobody has answered yet: what the server sent back wins.
    #fill() {
      if (this.hasAttribute("data-answered")) return;
      let fields = [];
      try { fields = JSON.parse(storage?.getItem(this.key) || "[]"); } catch { return; }
      for (const [name, value] of fields) {
        for (const it of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
          if (it.type === "radio" || it.type === "checkbox") it.checked ||= it.value === value;
          // What the address brings now wins over what it brought when the draft was begun.
          else if (it.type !== "hidden" || !it.value) it.value = value;
        }
      }
    }
  });

  // The thank-you page names the draft it makes obsolete.
  const sent = document.querySelector("[data-sent]");
  try { if (sent) storage?.removeItem(`canvass:${sent.dataset.sent}`); } catch { /* nothing was kept */ }
})();
