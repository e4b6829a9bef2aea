// Results narrowed step by step: which responses count, on each page of results, while they are sealed in small chunks.

import assert from "node:assert/strict";
import { demo, signIn } from "../people.mjs";
import { journey, look } from "../support.mjs";

/** The demonstration's responses are some hundreds: chunks of fifty, of which all but a few are sealed at once. */
const sealed = { ...demo, env: { CANVASS_WORK__CHUNK_RESPONSES: "50", CANVASS_WORK__FRESH_RESPONSES: "5" } };

journey("an analyst narrows results to what matters", sealed, async ({ canvass, page }) => {
  const ann = await signIn(canvass, await page());
  await ann.goto("/-/console/adatum/surveys?status=open");
  await ann.getByRole("link", { name: "customer satisfaction", exact: false }).first().click();
  await ann.getByRole("navigation").getByRole("link", { name: "Results" }).click();
  const figures = ann.locator(".figures dd").first();
  const all = Number((await figures.textContent()).replace(/\D/g, ""));

  await add(ann, "How easy", async () => {
    await ann.getByLabel("5", { exact: true }).check();
    await ann.getByLabel("4", { exact: true }).check();
  });
  const some = Number((await figures.textContent()).split("of")[0].replace(/\D/g, ""));
  assert(0 < some && some < all, `${some} of ${all}`);
  await look(ann, "results-filtered");

  await ann.getByRole("link", { name: "Compare two questions" }).click();
  await ann.getByRole("link", { name: /^Remove: How easy/ }).waitFor();
  await add(ann, "When it was received", async () => ann.getByLabel("From (UTC)").fill("2020-01-01"), "Received");
  await look(ann, "crosstab-filtered");
  await ann.getByRole("link", { name: "Remove all" }).click();
  assert.equal(await ann.locator(".filter .rules li").count(), 0);

  await ann.getByRole("navigation").getByRole("link", { name: "Results" }).click();
  await ann.getByRole("link", { name: "Over time" }).click();
  await ann.getByRole("heading", { name: /^Week received by / }).waitFor();
  const weeks = await ann.locator("table.crosstab tbody tr").count();
  assert(1 < weeks, `${weeks} weeks`);
  await look(ann, "crosstab-weeks");
  await ann.getByLabel("Rows").selectOption("_source");
  await ann.getByRole("button", { name: "Compare", exact: true }).click();
  await ann.getByRole("rowheader", { name: "The demonstration" }).waitFor();

  await ann.getByRole("navigation").getByRole("link", { name: "Responses" }).click();
  await ann.getByLabel("Filter by").selectOption({ index: 0 });
  await ann.getByRole("button", { name: "Add a filter" }).click();
  await look(ann, "responses-filter-choices");
  await ann.getByRole("link", { name: "Cancel" }).click();
  await add(ann, "Where it came from", async () => ann.getByLabel("The API").check(), "Came from");
  await ann.getByText("No response passes the filter").waitFor();
  await look(ann, "responses-none");
});

/** Adds a filter about what begins like this, as `fill` says it, and waits until it stands there as a rule that begins so. */
async function add(member, about, fill, rule = about) {
  const subjects = member.getByLabel("Filter by");
  const option = subjects.locator("option", { hasText: about }).first();
  await subjects.selectOption(await option.getAttribute("value"));
  await member.getByRole("button", { name: "Add a filter" }).click();
  await fill();
  await member.getByRole("button", { name: "Filter", exact: true }).click();
  await member.locator(".filter .rules li", { hasText: rule }).waitFor();
}
