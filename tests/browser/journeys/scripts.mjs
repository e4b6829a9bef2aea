// A tenant's own programs: written, mended, tested, published, watched; with the editor and without script.

import assert from "node:assert/strict";
import { becomeOperator, demo, entranceTo, signIn } from "../people.mjs";
import { journey, look, screens } from "../support.mjs";

const BASE = "/-/console/adatum/scripts";

/** The demonstration, with scripts. */
const scripted = { ...demo, env: { CANVASS_SCRIPTS__MODE: "on" } };

/** How long the first run may take: the interpreter is compiled for this machine before it. */
const FIRST_RUN_MS_MAX = 110_000;

/** The editor's text area, which lives in a shadow root. */
const editor = (visitor) => visitor.locator(".cm-content");

/** Writes a whole program into the editor. */
async function write(visitor, program) {
  await editor(visitor).click();
  await visitor.keyboard.press("Control+a");
  await visitor.keyboard.press("Delete");
  await visitor.keyboard.insertText(program);
}

const BROKEN = 'import canvass\n\nname = canvass.context.parameters["name"\nprint("Greeting", name)\nf"Hello, {name}!"\n';
const MENDED = BROKEN.replace('["name"', '["name"]');

/** Makes a script that greets whom its parameter names, with this program as its draft. */
async function greeting(carl, program) {
  await carl.goto(`${BASE}/new?from=nothing`);
  await carl.getByLabel("Title").fill("Greeting");
  await carl.getByLabel("Name", { exact: true }).fill("greeting");
  await carl.getByRole("button", { name: "Make script" }).click();
  await carl.getByRole("link", { name: "Settings" }).click();
  await carl.getByLabel(/^Parameters/).fill('[{ "name": "name", "label": "Whom to greet", "kind": "text", "required": true }]');
  await carl.getByRole("button", { name: "Save", exact: true }).click();
  await carl.getByText("The settings of “greeting” are saved.").waitFor({ state: "attached" });
  await carl.getByRole("link", { name: "Program" }).click();
  await write(carl, program);
  await carl.getByRole("button", { name: "Save draft" }).click();
}

journey("a creator writes a script, sees what is wrong with it and mends it", scripted, async ({ canvass, page }) => {
  const carl = await signIn(canvass, await page(), "adatum", "creator");
  await carl.goto(BASE);
  await look(carl, "scripts-empty");
  await carl.getByRole("link", { name: "Begin with an empty one" }).click();
  await carl.getByLabel("Name", { exact: true }).fill("Not A Name");
  await carl.getByRole("button", { name: "Make script" }).click();
  await carl.getByRole("link", { name: /Use a small letter first/ }).waitFor();
  await look(carl, "scripts-new-refused");
  await greeting(carl, BROKEN);

  // An error while typing, beside its line; and again when it is saved.
  await carl.getByText("Not saved: this is no Python.").waitFor({ timeout: FIRST_RUN_MS_MAX });
  await carl.locator(".cm-lint-marker-error").waitFor();
  await look(carl, "scripts-not-saved");
  await write(carl, MENDED);
  await carl.locator("[data-verdict]", { hasText: "No errors" }).waitFor();
  await write(carl, BROKEN);
  await carl.locator("[data-verdict]", { hasText: "Line 3" }).waitFor();
  await carl.locator(".cm-lint-marker-error").waitFor();

  // Tab stays in the editor, until Escape lets it go.
  const isInside = () => carl.evaluate(() => document.activeElement.classList.contains("code-place"));
  await carl.keyboard.press("Tab");
  assert(await isInside(), "Tab indents");
  await carl.keyboard.press("Escape");
  await carl.keyboard.press("Tab");
  assert(!(await isInside()), "Escape, then Tab leaves the editor");

  // Mended and tried out.
  await write(carl, MENDED);
  await carl.getByRole("button", { name: "Save and try out" }).click();
  await carl.getByRole("link", { name: "This parameter is required" }).waitFor();
  await carl.getByLabel("Whom to greet").fill("Ada");
  await carl.getByRole("button", { name: "Save and try out" }).click();
  await carl.getByText("Hello, Ada!").waitFor();
  await carl.getByText("Greeting Ada").waitFor();
  assert.match(await editor(carl).innerText(), /Hello/, "the program is still in the editor");
  await look(carl, "scripts-tried-out");
});

journey("a script is tested, published, and its log watched", scripted, async ({ canvass, page }) => {
  const carl = await signIn(canvass, await page(), "adatum", "creator");
  await greeting(carl, MENDED);
  await carl.getByText("The draft is saved.").first().waitFor({ timeout: FIRST_RUN_MS_MAX });
  await carl.getByRole("link", { name: /^Tests/ }).click();
  await carl.getByLabel("What it shows").fill("Grace is greeted");
  await carl.getByLabel("Parameters, as JSON").fill('{ "name": "Grace" }');
  await carl.getByLabel("This, as JSON").fill('"Hello, Ada!"');
  await carl.getByRole("button", { name: "Add test" }).click();
  await carl.getByRole("button", { name: "Run all tests" }).click();
  await carl.getByText("1 of 1 test did not pass.").first().waitFor();
  await look(carl, "scripts-test-failed");
  await carl.getByRole("link", { name: "Program" }).click();
  await carl.getByRole("button", { name: "Publish" }).click();
  await carl.getByText("Not published: 1 test did not pass.").first().waitFor();
  await look(carl, "scripts-not-published");
  await carl.getByRole("link", { name: /^Tests/ }).click();
  await carl.getByRole("link", { name: "Change the test “Grace is greeted”" }).click();
  await carl.getByLabel("This, as JSON").fill('"Hello, Grace!"');
  await carl.getByRole("button", { name: "Save test" }).click();
  await carl.getByRole("button", { name: "Run all tests" }).click();
  await carl.getByText("The test passed.").first().waitFor();
  await carl.getByRole("link", { name: "Program" }).click();
  await carl.getByRole("button", { name: "Publish" }).click();
  await carl.getByText("Version 1 is live. 1 test passed.").first().waitFor();

  // The list of runs grows while one watches.
  const watcher = await carl.context().newPage();
  await watcher.goto(`${new URL(carl.url()).pathname.match(/.*scripts\/[^/]+/)[0]}/runs`);
  await watcher.locator("live-region[state=open]").waitFor();
  const before = await watcher.locator(".runs > li").count();
  await carl.getByRole("link", { name: "Runs" }).click();
  await carl.getByRole("link", { name: "Run it…" }).click();
  await carl.getByLabel("Whom to greet").fill("Linus");
  await carl.getByRole("button", { name: "Run", exact: true }).click();
  await carl.getByText("Hello, Linus!").waitFor();
  await look(carl, "scripts-ran");
  await watcher.locator(".runs > li").nth(before).waitFor();
  await watcher.getByText("Times and cost").click();
  await look(watcher, "scripts-runs");
  await watcher.locator(".runs .row-link").first().click();
  await watcher.getByText("Greeting Linus").waitFor();
  await look(watcher, "scripts-run");
});

journey("an earlier version comes back, and a script is switched off, thrown away and taken back", scripted, async ({ canvass, page }) => {
  const carl = await signIn(canvass, await page(), "adatum", "creator");
  await greeting(carl, MENDED);
  await carl.getByText("The draft is saved.").first().waitFor({ timeout: FIRST_RUN_MS_MAX });
  await carl.getByRole("button", { name: "Publish" }).click();
  await carl.getByText("Version 1 is live.").first().waitFor();
  await write(carl, MENDED.replace('print("Greeting", name)\n', ""));
  await carl.getByRole("button", { name: "Publish" }).click();
  await carl.getByText("Version 2 is live.").first().waitFor();
  await carl.getByRole("link", { name: "Versions" }).click();
  await carl.getByRole("link", { name: "Version 2", exact: true }).click();
  await carl.getByRole("heading", { name: "Version 2 after version 1" }).waitFor();
  await carl.locator(".difference .removed", { hasText: "Greeting" }).waitFor();
  await look(carl, "scripts-versions");
  await carl.getByRole("button", { name: "To the draft: version 1" }).click();
  await carl.getByText("Version 2 is live; the draft differs from it").waitFor();
  await carl.getByRole("link", { name: "Settings" }).click();
  await look(carl, "scripts-settings");
  await carl.goto(BASE);
  await look(carl, "scripts-list");
  await carl.getByRole("button", { name: "Switch off: Greeting" }).click();
  await carl.getByText("“greeting” is off").first().waitFor();
  await carl.getByRole("link", { name: "Greeting" }).click();
  await carl.getByRole("link", { name: "Settings" }).click();
  await carl.getByRole("button", { name: "Throw away" }).click();
  await carl.getByText("“greeting” is in the trash.").first().waitFor();
  await look(carl, "scripts-thrown-away");
  await carl.getByRole("button", { name: "Undo" }).click();
  await carl.getByText("“greeting” is back, with its pages.").first().waitFor();
  await carl.getByRole("link", { name: "Greeting" }).click();
  await carl.getByRole("link", { name: "Settings" }).click();
  await carl.getByRole("button", { name: "Throw away" }).click();
  await carl.getByRole("link", { name: "Trash" }).click();
  await carl.getByRole("button", { name: "Restore Greeting" }).waitFor();
  await look(carl, "scripts-trash");
  await carl.getByRole("button", { name: "Delete for good: Greeting" }).click();
  await carl.getByText("“greeting” is deleted for good.").first().waitFor();
  await carl.getByRole("heading", { name: "The trash is empty" }).waitFor();
  await look(carl, "scripts-trash-empty");
});

journey("a hook from the gallery is set up without script, tested, and replayed", scripted, async ({ canvass, page }) => {
  const carl = await signIn(canvass, await page(screens.phone, { javaScriptEnabled: false }), "adatum", "creator");
  await carl.goto(BASE);
  await carl.getByRole("link", { name: "NPS follow-up" }).click();
  await look(carl, "scripts-template");
  await carl.getByLabel("Survey").selectOption({ label: "Customer satisfaction" });
  await carl.getByRole("button", { name: "Make script" }).click();
  await carl.getByRole("heading", { name: "NPS follow-up" }).waitFor();
  const source = carl.getByLabel("Program");
  assert.match(await source.inputValue(), /^"""NPS follow-up/);
  await source.fill("def responded(responses:\n    return {}\n");
  await carl.getByRole("button", { name: "Save draft" }).click();
  await carl.getByText("Not saved: this is no Python. Line 1").waitFor({ timeout: FIRST_RUN_MS_MAX });
  assert.match(await source.inputValue(), /^def responded/, "what was written is kept");
  await look(carl, "scripts-without-script-error");
  await carl.goBack();
  await carl.getByRole("link", { name: /^Tests/ }).click();
  await carl.getByRole("button", { name: "Run all tests" }).click();
  await carl.getByText("All 3 tests passed.").first().waitFor();
  await carl.getByRole("link", { name: "Replay" }).click();
  await carl.getByLabel("Newest responses").fill("50");
  await carl.getByRole("button", { name: "Replay" }).click();
  await carl.getByRole("heading", { name: /of 50 responses would differ|Nothing would differ/ }).waitFor();
  await look(carl, "scripts-replay");
  await carl.getByRole("link", { name: "Program" }).click();
  await carl.getByRole("button", { name: "Save and try out" }).click();
  await carl.getByRole("heading", { name: "Answer" }).waitFor();
  await carl.getByRole("button", { name: "Publish" }).click();
  await carl.getByText("Version 1 is live. 3 tests passed.").first().waitFor();
});

journey("secrets are kept, the store is read, and the contract is at hand", scripted, async ({ canvass, page }) => {
  const ada = await signIn(canvass, await page());
  await ada.goto(`${BASE}/secrets`);
  await ada.getByLabel("Name").fill("crm_key");
  await ada.getByLabel("Text").fill("hunter2");
  await ada.getByRole("button", { name: "Set secret" }).click();
  await ada.getByText("crm_key", { exact: true }).first().waitFor();
  assert(!(await ada.content()).includes("hunter2"), "a secret is not shown again");
  await look(ada, "scripts-secrets");
  await ada.getByRole("link", { name: "Store" }).click();
  await ada.getByRole("heading", { name: "The store is empty" }).waitFor();
  await look(ada, "scripts-store-empty");
  const { token } = await entranceTo(canvass, "adatum");
  for (const [key, value] of [["quota:soup", 41], ["quota:pie", { sold: 12, left: 8 }], ["visits", 1024]]) {
    const headers = { authorization: `Bearer ${token}` };
    const put = await ada.request.put(`${canvass.url}/api/v1/script-store/${encodeURIComponent(key)}`, { headers, data: { value } });
    assert.equal(put.status(), 201);
  }
  await ada.getByLabel("Keys that begin with").fill("quota:");
  await ada.getByRole("button", { name: "Show" }).click();
  await ada.getByText("quota:pie").click();
  await look(ada, "scripts-store");
  await ada.getByRole("button", { name: "Remove quota:pie" }).click();
  await ada.getByText("“quota:pie” is removed.").first().waitFor();
  await look(ada, "scripts-store-removed");
  await ada.getByRole("button", { name: "Undo" }).click();
  await ada.getByText("“quota:pie” is back.").waitFor({ state: "attached" });
  await ada.getByText("quota:pie").first().waitFor();
  await ada.goto(`${BASE}/contract`);
  await look(ada, "scripts-contract");

  const ann = await signIn(canvass, await page(), "adatum", "analyst");
  assert.equal((await ann.goto(`${BASE}/secrets`)).status(), 403);
  const eve = await signIn(canvass, await page(), "fabrikam");
  await eve.goto("/-/console/fabrikam/scripts");
  await eve.getByText("The standard plan has no scripts.").waitFor();
  await look(eve, "scripts-no-plan");
});

journey("the operator sees the sandbox and stops a tenant's scripts", scripted, async ({ canvass, page }) => {
  const carl = await signIn(canvass, await page(), "adatum", "creator");
  await carl.goto(`${BASE}/new?from=counter`);
  await carl.getByRole("button", { name: "Make script" }).click();
  await carl.getByRole("button", { name: "Save and try out" }).click();
  await carl.getByRole("heading", { name: "Page", exact: true }).waitFor({ timeout: FIRST_RUN_MS_MAX });
  await look(carl, "scripts-page-tried-out");
  const olga = await becomeOperator(canvass, await page());
  await olga.getByRole("link", { name: "Scripts" }).click();
  await olga.getByText("Ready").waitFor();
  await look(olga, "scripts-operator");
  await olga.goto("/-/operate/tenants/adatum");
  await olga.getByText("Stop…").click();
  await olga.locator("#f-scripts-name").fill("nothing");
  await olga.locator("#f-scripts-reason").fill("It sends too much.");
  await olga.getByRole("button", { name: "Stop", exact: true }).click();
  await olga.getByText("This tenant has no script of this name").first().waitFor();
  await look(olga, "scripts-operator-tenant-refused");
  await olga.locator("#f-scripts-name").fill("counter");
  await olga.locator("#f-scripts-reason").fill("It sends too much.");
  await olga.getByRole("button", { name: "Stop", exact: true }).click();
  await olga.getByRole("button", { name: "Let it run again: counter" }).waitFor();
  await carl.reload();
  await carl.getByText("It sends too much.").waitFor();
  await olga.getByText("Stop…").click();
  await olga.locator("#f-scripts-reason").fill("They keep the machine busy.");
  await olga.getByRole("button", { name: "Stop", exact: true }).click();
  await olga.getByText("They keep the machine busy.").waitFor();
  await look(olga, "scripts-operator-tenant");
  await olga.getByRole("button", { name: "Let it run again: counter" }).click();
  await olga.getByRole("button", { name: "Let it run again: counter" }).waitFor({ state: "detached" });
  await carl.reload();
  await carl.getByText("They keep the machine busy.").waitFor();
  await look(carl, "scripts-stopped");
  await olga.getByRole("button", { name: "Let them run again" }).click();
  await olga.getByText("Stop…").waitFor();
});
