// Forms and links marked data-enhance: this file is about doing their request without leaving the page. The answer is
// the same HTML page; the regions it shares with this one (data-region with an id) are swapped. Any failure falls back
// to the plain request, so nothing here is needed for anything to work.
(() => {
  "use strict";

  const announce = (text) => {
    const place = document.getElementById("announce");
    if (place) place.textContent = text;
  };

  // How to find the focused thing again after its region was replaced.
  const bookmark = () => {
    const it = document.activeElement;
    if (!it || it === document.body) return null;
    if (it.id) return `#${CSS.escape(it.id)}`;
    const owner = it.closest("[id]");
    const name = ["data-move", "aria-label", "name", "href"].find((key) => it.hasAttribute(key));
    if (!owner || !name) return owner && `#${CSS.escape(owner.id)}`;
    return `#${CSS.escape(owner.id)} [${name}="${CSS.escape(it.getAttribute(name))}"]`;
  };

  // Focus stays where it was; if that is gone or disabled, it goes to the nearest thing that stands for it.
  const restore = (selector) => {
    if (!selector) return;
    const exact = document.querySelector(`${selector}:not([aria-hidden="true"])`);
    const owner = document.querySelector(selector.split(" ")[0]);
    const place = exact && !exact.disabled ? exact : owner?.querySelector("a, button:not([disabled], [hidden]), input:not([type=hidden])");
    place?.focus({ preventScroll: false });
  };

  const swap = (fresh, old) => {
    const open = [...old.querySelectorAll("details[id][open]")].map((it) => it.id);
    old.replaceWith(document.adoptNode(fresh));
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  };

  // Swaps every region of this page that the answer has too and that differs. Says whether there was any.
  const apply = (text) => {
    const answer = new DOMParser().parseFromString(text, "text/html");
    const focus = bookmark();
    let found = false;
    for (const old of document.querySelectorAll("[data-region][id]")) {
      const fresh = answer.getElementById(old.id);
      if (!fresh || !old.isConnected) continue;
      found = true;
      if (fresh.outerHTML !== old.outerHTML) swap(fresh, old);
    }
    if (!found) return false;
    if (answer.title) document.title = answer.title;
    const urgent = document.querySelector("[data-region] [role=alert][tabindex]");
    const asked = document.querySelector("[data-region] [data-focus]");
    if (urgent) urgent.focus();
    else if (asked) asked.focus();
    else restore(focus);
    const said = answer.getElementById("announce")?.textContent.trim();
    announce(said || "");
    return true;
  };

  const request = async (url, options) => {
    const answer = await fetch(url, { credentials: "same-origin", headers: { accept: "text/html" }, ...options });
    const kind = answer.headers.get("content-type") || "";
    // 409 and 422 are pages too: a conflict to settle, errors to mend.
    if (!(answer.ok || answer.status === 409 || answer.status === 422) || !kind.startsWith("text/html")) {
      throw new Error(`answered ${answer.status}`);
    }
    return { text: await answer.text(), url: answer.url, moved: answer.redirected };
  };

  const busy = (element, on) => element.closest("[data-region]")?.setAttribute("aria-busy", String(on));

  const submit = async (form, button) => {
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    const body = new FormData(form, button);
    const method = (button?.getAttribute("formmethod") || form.method || "get").toUpperCase();
    const target = new URL(button?.hasAttribute("formaction") ? button.formAction : form.action, location.href);
    busy(form, true);
    try {
      const fields = new URLSearchParams(body);
      if (method === "GET") target.search = fields;
      const answer = await request(target, method === "GET" ? {} : { method, body: fields });
      if (!apply(answer.text)) return location.assign(answer.url);
      if (answer.moved || method === "GET") history.replaceState(null, "", answer.url);
    } catch {
      delete form.dataset.sending;
      return fallBack(form, button);
    }
    delete form.dataset.sending;
    if (form.isConnected) busy(form, false);
  };

  // The plain submission, exactly as without script.
  const fallBack = (form, button) => {
    form.dataset.plain = "yes";
    if (button) form.requestSubmit(button);
    else form.requestSubmit();
  };

  const follow = async (link) => {
    try {
      const answer = await request(link.href, {});
      if (!apply(answer.text)) throw new Error("nothing to swap");
      history.pushState(null, "", answer.url);
    } catch {
      location.assign(link.href);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-enhance]") || form.dataset.plain || event.defaultPrevented) return;
    if ((event.submitter?.formEnctype || form.enctype) === "multipart/form-data") return;
    event.preventDefault();
    submit(form, event.submitter);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-enhance]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    follow(link);
  });

  addEventListener("popstate", () => location.reload());

  // An open menu closes with Escape and with a click elsewhere.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
  });

  window.canvass = { announce, apply, request };
  document.querySelector("[role=alert][tabindex]")?.focus();
})();
