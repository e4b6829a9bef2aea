// Without a mouse: everything is reached with Tab, seen where it is, and pressed with the keyboard. And how much a
// respondent's phone has to load.

import assert from "node:assert/strict";
import { demo, entranceTo } from "../people.mjs";
import { journey, screens } from "../support.mjs";

/** No page has more stops than this. */
const STOPS_MAX = 60;

/** What a respondent's page with styles and scripts may weigh on its way, in bytes: three seconds on a slow phone. */
const RESPOND_BYTES_MAX = 30_000;

journey("a member signs in with the keyboard", demo, async ({ canvass, page }) => {
  const { email, password } = await entranceTo(canvass, "adatum");
  const visitor = await page();
  await visitor.goto("/");
  await tabTo(visitor, "Skip to content");
  await tabTo(visitor, "Sign in");
  await visitor.keyboard.press("Enter");
  await visitor.waitForURL(/\/-\/login/);
  await tabTo(visitor, "E-mail address");
  await visitor.keyboard.type(email);
  await tabTo(visitor, "Password");
  await visitor.keyboard.type(password);
  await visitor.keyboard.press("Enter");
  await visitor.waitForURL(/\/-\/console\/adatum/);
  await tabTo(visitor, /Ada Lindqvist/);
  await visitor.keyboard.press("Enter");
  await tabTo(visitor, "Account");
  await visitor.keyboard.press("Escape");
  assert.match(await focused(visitor), /Ada Lindqvist/, "Escape closes the menu and stays at it");
});

journey("a survey is answered with the keyboard", demo, async ({ page, canvass }) => {
  await entranceTo(canvass, "adatum");
  const respondent = await page();
  const press = (key) => respondent.keyboard.press(key);
  await respondent.goto("/adatum/customer-satisfaction");
  await tabTo(respondent, "Skip to the questions");
  await press("Enter");
  await tabTo(respondent, /^Which of our products/);
  await press("ArrowDown");
  await tabTo(respondent, "Less than six months");
  await press("Space");
  await press("ArrowDown");
  assert.equal(await focused(respondent), "Six months to two years");
  await tabTo(respondent, /^How many people/);
  await respondent.keyboard.type("12");
  await press("Enter");
  await respondent.getByText("Section 2 of 3").waitFor();
  await tabTo(respondent, "1 star of 5");
  await press("Space");
  for (const stars of [2, 3, 4]) {
    await press("ArrowRight");
    assert.equal(await focused(respondent), `${stars} stars of 5`);
    await assertSeen(respondent);
  }
  await tabTo(respondent, "It is fast");
  await press("Space");
  await tabTo(respondent, "Next");
  await press("Space");
  await respondent.getByText("Section 3 of 3").waitFor();
  await tabTo(respondent, /^0/);
  await press("ArrowLeft");
  assert.match(await focused(respondent), /^10/, "the arrows go round");
  await tabTo(respondent, "Send answers");
  await press("Enter");
  await respondent.getByRole("heading", { name: "Thank you" }).waitFor();
});

journey("a survey is light enough for a slow phone", demo, async ({ page, canvass }) => {
  await entranceTo(canvass, "adatum");
  const respondent = await page(screens.phone);
  const loaded = [];
  respondent.on("requestfinished", (request) => loaded.push(request));
  await respondent.goto("/adatum/customer-satisfaction", { waitUntil: "networkidle" });
  let bytes = 0;
  for (const request of loaded) {
    const { responseBodySize } = await request.sizes();
    console.log(`${new URL(request.url()).pathname}: ${responseBodySize} bytes`);
    bytes += responseBodySize;
  }
  console.log(`a survey's page, styles and scripts: ${bytes} bytes on their way`);
  const kinds = loaded.map((it) => it.resourceType());
  for (const kind of ["document", "stylesheet", "script"]) assert(kinds.includes(kind), `a ${kind} was loaded`);
  assert(bytes <= RESPOND_BYTES_MAX, `${bytes} bytes are more than ${RESPOND_BYTES_MAX}`);
});

/** The name of what has the focus, as `named` tells it in the page. */
const focused = (visitor) => visitor.evaluate(named);

/** Presses Tab until what is `wanted` has the focus; every stop on the way must show that it has it. */
async function tabTo(visitor, wanted) {
  const seen = [];
  while (seen.length < STOPS_MAX) {
    await visitor.keyboard.press("Tab");
    await assertSeen(visitor);
    const name = await focused(visitor);
    if (typeof wanted === "string" ? name === wanted : wanted.test(name)) return;
    seen.push(name);
  }
  assert.fail(`Tab does not reach ${wanted}, but: ${seen.join(" | ")}`);
}

/** Fails unless what has the focus, or what stands for it, has an outline. */
async function assertSeen(visitor) {
  const { html, width } = await visitor.evaluate(outlined);
  assert(width >= 2, `nothing shows that the focus is at ${html}`);
}

// Runs in the page.
function named() {
  const it = document.activeElement;
  const labels = [...(it.labels ?? [])].map((each) => each.innerText).join(" ");
  return (it.getAttribute("aria-label") || labels || it.innerText || "").replace(/\*$/, "").trim();
}

// Runs in the page. A control that is drawn by its label or by what follows it has its outline there.
function outlined() {
  const it = document.activeElement;
  const places = [it, it.parentElement, it.nextElementSibling].filter(Boolean);
  const widths = places.map((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
  });
  return { html: it.outerHTML.slice(0, 200), width: Math.max(...widths) };
}
