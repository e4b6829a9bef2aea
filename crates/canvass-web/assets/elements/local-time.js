// <local-time>: this file is about showing the <time> inside it in the reader's zone and language. With kind="ago" it
// says how long ago; the exact moment is always in the title. Without script the server's text (UTC) stays.
customElements.define("local-time", class extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time[datetime]");
    const at = time && new Date(time.dateTime);
    if (!at || Number.isNaN(at.getTime())) return;
    const language = document.documentElement.lang || undefined;
    const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
    time.title = exact;
    time.textContent = this.getAttribute("kind") === "ago" ? this.#ago(at, language) : exact;
  }

  #ago(at, language) {
    const seconds = (at.getTime() - Date.now()) / 1000;
    const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
      if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
    }
    return format.format(0, "minute");
  }
});
