// <sortable-list>: this file is about dragging the items of the list in it, and moving them with the arrow keys, on top of
// the move buttons each item already has. A drop presses the item's hidden button marked data-place, once. An item may hold
// another sortable list, behind its own buttons.
customElements.define("sortable-list", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => this.#take(event));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  // Alt with an arrow moves the item that has focus; a screen reader hears the button's own label.
  #key(event) {
    const way = event.altKey && { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const button = way && this.#item(event.target)?.querySelector(`[data-move="${way}"]`);
    if (!button) return;
    event.preventDefault();
    button.focus();
    button.click();
  }

  #take(event) {
    const item = event.target.closest(".grip") && this.#item(event.target);
    if (!item || event.button) return;
    event.preventDefault();
    const before = this.#places();
    // Captured by the list: a moved item would lose the pointer.
    item.dataset.dragging = "";
    this.setPointerCapture(event.pointerId);
    const move = (now) => this.#follow(item, now.clientY);
    const end = (dropped) => {
      this.removeEventListener("pointermove", move);
      this.removeEventListener("pointerup", end);
      this.removeEventListener("pointercancel", end);
      delete item.dataset.dragging;
      if (dropped.type === "pointerup") this.#drop(item, before);
      else this.#put(before);
    };
    this.addEventListener("pointermove", move);
    this.addEventListener("pointerup", end);
    this.addEventListener("pointercancel", end);
  }

  // The item of this list, and of no list within it, that something belongs to.
  #item(target) {
    const item = target.closest("li");
    return item?.closest("sortable-list") === this ? item : null;
  }

  #places() {
    return [...this.querySelectorAll(":scope > * > li")];
  }

  #put(order) {
    order.forEach((it) => it.parentNode.append(it));
  }

  #follow(item, y) {
    const next = this.#places().find((it) => it !== item && y < it.getBoundingClientRect().top + it.offsetHeight / 2);
    if (next) next.before(item);
    else item.parentNode.append(item);
  }

  // The item's form has a button with data-place: its value becomes the new place, counted from 1.
  #drop(item, before) {
    const to = this.#places().indexOf(item) + 1;
    if (before.indexOf(item) + 1 === to) return;
    const button = item.querySelector("[data-place]");
    if (!button) return this.#put(before);
    button.value = String(to);
    button.click();
  }
});
