// Everything that matters works in a browser that runs no script: plain pages, plain forms.

import assert from "node:assert/strict";
import { addQuestion, confirmSignUp, demo, fillIn, northwind, saveQuestion, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

const plain = { javaScriptEnabled: false };

journey("an organisation signs up without JavaScript", {}, async ({ page }) => {
  const member = await page(screens.desk, plain);
  await member.goto("/-/signup");
  await member.getByRole("button", { name: "Create our surveys" }).click();
  await member.locator(".error-summary").waitFor();
  await axe(member);
  await shot(member, "plain-sign-up-errors");
  await member.getByLabel("Name", { exact: true }).fill(northwind.name);
  await confirmSignUp(member);
  // The page reloads itself until the tenant is ready.
  await member.getByRole("heading", { name: `${northwind.name} is ready` }).waitFor();
  await axe(member);
  await member.getByRole("link", { name: `Sign in to ${northwind.name}` }).click();
  await fillIn(member, northwind);
  assert.equal(new URL(member.url()).pathname, `/-/console/${northwind.alias}`);
  await axe(member);
});

journey("a survey of three sections is answered without JavaScript", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(screens.desk, plain));
  await member.goto("/-/console/adatum");
  const before = await responses(member);

  const respondent = await page(screens.phone, plain);
  await respondent.goto("/adatum");
  await axe(respondent);
  await respondent.getByRole("link", { name: "Customer satisfaction 2026" }).click();
  const go = (name) => respondent.getByRole("button", { name }).click();
  await respondent.getByText("Section 1 of 3").waitFor();
  await respondent.getByLabel("How many people in your organisation use it?").fill("a few");
  await go("Next");
  await respondent.locator(".error-summary").waitFor();
  assert.equal(await respondent.locator(".error-summary a").count(), 3);
  assert.equal(await respondent.getByLabel("How many people in your organisation use it?").inputValue(), "a few");
  await axe(respondent);
  await shot(respondent, "plain-answer-errors");
  await respondent.getByLabel("Which of our products do you use most?").selectOption("Adatum Ledger: accounting");
  await respondent.getByLabel("Two to five years").check();
  await respondent.getByLabel("How many people in your organisation use it?").fill("40");
  await go("Next");

  await respondent.getByText("Section 2 of 3").waitFor();
  await respondent.getByRole("radio", { name: "5 stars of 5" }).check();
  await respondent.getByLabel("It is always there").check();
  await axe(respondent);
  await go("Back");
  await respondent.getByText("Section 1 of 3").waitFor();
  assert.equal(await respondent.getByLabel("How many people in your organisation use it?").inputValue(), "40");
  await go("Next");
  await respondent.getByText("Section 2 of 3").waitFor();
  assert.equal(await respondent.getByRole("radio", { name: "5 stars of 5" }).isChecked(), true, "Back loses nothing");
  assert.equal(await respondent.getByLabel("It is always there").isChecked(), true, "Back loses nothing");
  await go("Next");

  await respondent.getByText("Section 3 of 3").waitFor();
  await go("Send answers");
  await respondent.locator(".error-summary a").waitFor();
  await respondent.getByRole("radio", { name: /^10/ }).check();
  await respondent.getByLabel("Adatum in one word?").fill("Plain");
  await go("Send answers");
  await respondent.getByRole("heading", { name: "Thank you" }).waitFor();
  await respondent.getByText("We publish what we learned").waitFor();
  await axe(respondent);

  while ((await responses(member)) === before) await member.reload();
  assert.equal(await responses(member), before + 1);
});

/** How many responses the first open survey of the dashboard has. */
const responses = async (member) => {
  const row = member.locator(".rows li", { hasText: "Customer satisfaction 2026" });
  return Number(await row.locator(".row-figure strong").innerText());
};

journey("a survey is written and published without JavaScript", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(screens.desk, plain), "fabrikam");
  await member.goto("/-/console/fabrikam/surveys/new");
  await member.getByLabel("Title", { exact: true }).fill("Your new chair");
  await member.getByRole("button", { name: "Start writing" }).click();
  await addQuestion(member, "Yes or no", "Is it comfortable?");
  await saveQuestion(member);
  await addQuestion(member, "Short text", "Where does it stand?");
  await saveQuestion(member);
  await member.getByRole("button", { name: "Move “Where does it stand?” up" }).click();
  const order = await member.locator(".item-title > :first-child").allInnerTexts();
  assert.deepEqual(order.map((it) => it.trim()), ["Where does it stand?", "Is it comfortable?"]);
  await axe(member);
  await shot(member, "plain-builder");
  await member.getByRole("link", { name: "Publish", exact: true }).first().click();
  await member.getByRole("button", { name: "Publish" }).click();
  await member.getByText("Published.").waitFor();
  const respondent = await page(screens.phone, plain);
  await respondent.goto(await member.locator("#link").innerText());
  await respondent.getByText("Where does it stand?").waitFor();
});
