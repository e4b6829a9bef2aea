// <copy-button for="id">: this file is about copying a text that can also be selected by hand. Hidden without script.
customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    const label = button?.querySelector("[data-label]") || button;
    button?.addEventListener("click", async () => {
      const source = document.getElementById(this.getAttribute("for"));
      const text = source?.value ?? source?.textContent ?? "";
      try {
        await navigator.clipboard.writeText(text.trim());
      } catch {
        getSelection().selectAllChildren(source);
        return window.canvass?.announce("Selected. Press Control and C to copy.");
      }
      const was = label.textContent;
      label.textContent = "Copied";
      window.canvass?.announce("Copied");
      setTimeout(() => { label.textContent = was; }, 2000);
    });
  }
});
