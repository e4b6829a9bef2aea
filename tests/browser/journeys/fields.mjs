// A tenant's own fields for surveys: defined, put in order by keyboard, noted on a survey, and read in the list.

import assert from "node:assert/strict";
import { demo, hasFocus, signIn } from "../people.mjs";
import { axe, journey, look, screens, shot } from "../support.mjs";

const BASE = "/-/console/adatum";

/** The labels of the fields, in their order. */
const order = async (visitor) => (await visitor.locator(".item-title > :first-child").allTextContents()).map((it) => it.replace(/[⁠*]|\s*\(required\)/g, ""));

journey("an administrator defines fields and puts them in order with the keyboard", demo, async ({ canvass, page }) => {
  const ada = await signIn(canvass, await page());
  await ada.goto(`${BASE}/surveys`);
  await ada.getByRole("link", { name: "Fields" }).click();
  await look(ada, "fields-list");
  const before = await order(ada);

  await ada.getByLabel("Label").fill("Order");
  await ada.getByLabel("Id", { exact: true }).fill("order");
  await ada.getByText("Default, pattern and link").click();
  await ada.getByLabel("Link", { exact: true }).fill("javascript:alert(1)");
  await ada.getByRole("button", { name: "Add field" }).click();
  await ada.getByRole("link", { name: "A link begins with https:// or http://" }).waitFor();
  await look(ada, "fields-refused");
  assert.equal(await ada.getByLabel("Label").inputValue(), "Order", "what was typed is kept");
  await ada.getByLabel("Link", { exact: true }).fill("https://erp.adatum.example/orders/{order}");
  await ada.getByRole("button", { name: "Add field" }).click();
  await ada.getByText("“Order” is there now.").waitFor();
  assert.deepEqual(await order(ada), [...before, "Order"]);

  const up = ada.getByRole("button", { name: "Move “Order” up" });
  await up.focus();
  await ada.keyboard.press("Enter");
  await ada.getByText(`“Order” is now field ${before.length} of ${before.length + 1}`).waitFor({ state: "attached" });
  assert(await hasFocus(up), "focus stays on the button");
  await ada.keyboard.press("Alt+ArrowUp");
  await ada.getByText(`“Order” is now field ${before.length - 1} of`).waitFor({ state: "attached" });

  await ada.getByRole("button", { name: "Remove “Owner”" }).click();
  await ada.getByText("“Owner” is removed. 3 surveys keep a value in it until").waitFor();
  await look(ada, "fields-removed");
  await ada.getByRole("button", { name: "Undo" }).click();
  await ada.getByText("“Owner” is back, with its values.").waitFor();

  await ada.getByRole("link", { name: /^Product/ }).click();
  await ada.getByLabel("Pattern").fill("[0-9]+");
  await ada.getByLabel("Default").fill("1");
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByText("surveys have a value that the new pattern does not take").waitFor();
  await look(ada, "fields-warning");
  await ada.getByRole("link", { name: "Cancel" }).click();
});

journey("values are noted on a survey and read in the list", demo, async ({ canvass, page }) => {
  const ada = await signIn(canvass, await page());
  await ada.goto(`${BASE}/surveys?status=draft`);
  await ada.locator(".row-link").first().click();
  await ada.getByRole("link", { name: "Details" }).click();
  await look(ada, "fields-details");
  await ada.getByRole("textbox", { name: /^Product/ }).fill("nothing");
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByRole("link", { name: "This must match the pattern" }).waitFor();
  await look(ada, "fields-details-refused");
  await ada.getByRole("textbox", { name: /^Product/ }).fill("DI-0001");
  await ada.getByLabel("Owner").fill("Ada Lindqvist");
  await ada.getByLabel("Budget in euros").fill("900,5");
  await ada.getByLabel("Review on").fill("2027-03-01");
  await ada.getByLabel("For employees only").selectOption("Yes");
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByText("Saved.").waitFor();
  assert.equal(
    await ada.getByRole("link", { name: "https://erp.adatum.example/products/DI-0001" }).getAttribute("href"),
    "https://erp.adatum.example/products/DI-0001",
  );
  await ada.goto(`${BASE}/surveys`);
  await look(ada, "fields-surveys");
  await ada.getByText("Filter", { exact: true }).click();
  await ada.getByLabel("Field", { exact: true }).selectOption("Owner");
  await ada.getByLabel("Is exactly").fill("Grete Olsen");
  await shot(ada, "fields-filter-open");
  await ada.getByRole("button", { name: "Show surveys" }).click();
  await ada.getByText("Surveys whose Owner is “Grete Olsen”.").waitFor();
  assert.equal(await ada.locator(".row-link").count(), 2);
  await look(ada, "fields-filtered");
});

journey("fields work on a phone without JavaScript, and a plan without them says so", demo, async ({ canvass, page }) => {
  const settings = { javaScriptEnabled: false, colorScheme: "dark" };
  const ada = await signIn(canvass, await page(screens.phone, settings));
  await ada.goto(`${BASE}/fields`);
  const before = await order(ada);
  await ada.getByRole("button", { name: `Move “${before[1]}” up` }).click();
  assert.deepEqual((await order(ada)).slice(0, 2), [before[1], before[0]]);
  await axe(ada);

  const mary = await signIn(canvass, await page(), "fabrikam");
  await mary.goto("/-/console/fabrikam/fields");
  await mary.getByText("The standard plan has no fields of your own.").waitFor();
  await look(mary, "fields-no-plan");
  await mary.goto("/-/console/fabrikam/surveys?status=open");
  await mary.locator("details.menu summary[aria-label^='More']").first().click();
  await mary.locator(".row-link").first().click();
  await mary.getByRole("link", { name: "Details" }).click();
  await look(mary, "fields-details-no-plan");
});
