// <code-editor check="address">: this file is about turning the textarea in it into an editor with colours, line numbers
// and errors beside their lines. The textarea keeps the text for the form, and is what there is without script. The
// editor lives in a shadow root: there its styles are adopted, which the content security policy allows.
customElements.define("code-editor", class extends HTMLElement {
  static PAUSE_MS = 400;
  #due;
  #asked = 0;

  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.verdict = this.querySelector("[data-verdict]");
    if (!this.area || !window.CodeMirror || this.view) return;
    const place = document.createElement("div");
    place.className = "code-place";
    const root = place.attachShadow({ mode: "open" });
    this.area.before(place);
    this.view = new CodeMirror.EditorView({ root, parent: root, state: this.#state() });
    this.area.hidden = true;
    this.classList.add("ready");
    this.#bind();
    this.#mark(Number(this.dataset.line), this.dataset.problem);
  }

  get value() {
    return this.area.value;
  }

  // Puts the cursor at the beginning of a line, counted from 1, and shows it.
  goTo(line) {
    const { doc } = this.view.state;
    const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.view.dispatch({ selection: { anchor: from }, effects: CodeMirror.EditorView.scrollIntoView(from, { y: "center" }) });
    this.view.focus();
  }

  #state() {
    const { EditorState, EditorView, ...it } = CodeMirror;
    const label = this.querySelector("label").textContent;
    const keys = [
      { key: "Mod-s", run: () => this.#press("[data-save]") },
      { key: "Mod-Enter", run: () => this.#press("[data-run]") },
      // Escape lets the next Tab leave; Control and M lets all of them: both are CodeMirror's own.
      { key: "Tab", run: it.indentMore, shift: it.indentLess },
    ];
    return EditorState.create({
      doc: this.area.value,
      extensions: [
        it.lineNumbers(), it.highlightActiveLineGutter(), it.lintGutter(), it.history(), it.drawSelection(),
        it.indentOnInput(), it.bracketMatching(), it.highlightActiveLine(), it.highlightSelectionMatches(),
        it.search({ top: true }), new it.LanguageSupport(it.pythonLanguage), it.indentUnit.of("    "),
        it.syntaxHighlighting(it.classHighlighter),
        it.keymap.of([...keys, ...it.defaultKeymap, ...it.searchKeymap, ...it.historyKeymap, ...it.lintKeymap]),
        EditorState.readOnly.of(this.area.readOnly),
        EditorView.contentAttributes.of({
          "aria-label": `${label}. Tab indents; Escape, then Tab leaves the editor.`, spellcheck: "false", autocapitalize: "none", tabindex: "0",
        }),
        EditorView.updateListener.of((update) => update.docChanged && this.#changed()),
        EditorView.theme(this.constructor.LOOK),
      ],
    });
  }

  #bind() {
    // What points to the textarea means the editor.
    document.addEventListener("click", (event) => {
      const way = event.target.closest?.(`a[href="#${this.area.id}"], label[for="${this.area.id}"], [data-line]`);
      if (!way || !this.isConnected || way === this) return;
      event.preventDefault();
      if (way.dataset.line) this.goTo(Number(way.dataset.line));
      else this.view.focus();
    });
    this.saved = this.area.value;
    this.area.form?.addEventListener("submit", () => { this.saved = this.area.value; });
    addEventListener("beforeunload", (event) => {
      if (this.isConnected && this.area.value !== this.saved) event.preventDefault();
    });
  }

  #press(selector) {
    const button = this.area.form?.querySelector(selector);
    button?.click();
    return Boolean(button);
  }

  #changed() {
    this.area.value = this.view.state.doc.toString();
    clearTimeout(this.#due);
    if (this.hasAttribute("check")) this.#due = setTimeout(() => this.#check(), this.constructor.PAUSE_MS);
  }

  async #check() {
    const turn = ++this.#asked;
    try {
      const answer = await fetch(this.getAttribute("check"), {
        method: "POST", body: new URLSearchParams({ source: this.area.value }), headers: { accept: "application/json" },
      });
      if (!answer.ok || turn !== this.#asked) return;
      const found = await answer.json();
      this.#mark(found.line, found.message, found.column);
      this.#say(found);
    } catch {
      this.#say({ message: "" });
    }
  }

  // An error beside its line; none takes the last one away.
  #mark(line, message, column = 1) {
    const { doc } = this.view.state;
    const diagnostics = [];
    if (line && message) {
      const at = doc.line(Math.min(line, doc.lines));
      const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
      diagnostics.push({ from, to: Math.max(at.to, from), severity: "error", message });
    }
    this.view.dispatch(CodeMirror.setDiagnostics(this.view.state, diagnostics));
  }

  #say({ line, column, message, words }) {
    if (!this.verdict) return;
    this.verdict.className = `verdict ${message ? "danger" : "good"}`;
    this.verdict.textContent = message ? `Line ${line}, column ${column}: ${message}` : words || "";
  }

  static LOOK = {
    "&": { fontSize: "0.875rem", backgroundColor: "var(--surface)", color: "var(--ink)", borderRadius: "var(--radius)", maxHeight: "min(44rem, 75vh)", minHeight: "20rem" },
    "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "0" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
    ".cm-content": { paddingBlock: "0.6rem", caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-soft)", border: "0", borderRadius: "var(--radius)" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--sunk) 60%, transparent)" },
    ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { background: "color-mix(in oklab, var(--brand) 26%, transparent)" },
    ".cm-selectionMatch, .cm-matchingBracket": { backgroundColor: "var(--tint)", outline: "1px solid var(--line-strong)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--danger) 1.5px", textUnderlineOffset: "3px" },
    // Not CodeMirror's picture, which would come from a data: address.
    ".cm-lint-marker-error": { content: "normal", inlineSize: "0.6rem", blockSize: "0.6rem", marginBlockStart: "0.4rem", borderRadius: "50%", backgroundColor: "var(--danger)" },
    ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "var(--radius)", boxShadow: "var(--shadow)" },
    ".cm-diagnostic-error": { borderLeft: "3px solid var(--danger)" },
    ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)" },
    ".cm-textfield, .cm-button": { fontSize: "0.875rem", padding: "0.3rem 0.6rem", backgroundColor: "var(--surface)", backgroundImage: "none", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)" },
    ".tok-keyword, .tok-operatorKeyword": { color: "var(--code-keyword)", fontWeight: "600" },
    ".tok-string, .tok-string2": { color: "var(--code-text)" },
    ".tok-number, .tok-bool, .tok-atom": { color: "var(--code-number)" },
    ".tok-comment": { color: "var(--ink-soft)", fontStyle: "italic" },
    ".tok-definition": { color: "var(--code-name)" },
  };
});
