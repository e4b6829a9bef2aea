// A hidden value is made in the builder, comes by a link, and stands in the results; a draft in the browser keeps it.

import assert from "node:assert/strict";
import { addQuestion, demo, saveQuestion, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

/** Begins a survey with one question. */
const begin = async (member, kind, question) => {
  await member.goto("/-/console/fabrikam/surveys/new");
  await member.getByLabel("Title", { exact: true }).fill("Where from");
  await member.getByRole("button", { name: "Start writing" }).click();
  await addQuestion(member, kind, question);
  await saveQuestion(member);
};

/** Opens the form of a new hidden value in the first section. */
const addHidden = async (member, label) => {
  await member.getByText("Add a question").first().click();
  await member.getByRole("button", { name: "Hidden value", exact: true }).click();
  await member.getByLabel("What it is called").fill(label);
};

/** Publishes what is open in the builder, at its proposed address. */
const publish = async (member) => {
  await member.getByRole("link", { name: "Publish", exact: true }).first().click();
  await member.getByRole("button", { name: "Publish" }).click();
  await member.getByText("Published.").waitFor();
};

journey("a hidden value is made, renamed, moved and published, and a link brings it", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "fabrikam");
  await begin(member, "Short text", "What do you think?");
  await addHidden(member, "Where they came from");
  await axe(member);
  await shot(member, "hidden-form-desk");
  await member.getByLabel("Name in addresses, exports and scripts").fill("1 source");
  await member.getByRole("button", { name: "Save question" }).last().click();
  await member.locator(".error-summary").waitFor();
  await axe(member);
  await shot(member, "hidden-form-error-desk");
  await member.getByLabel("Name in addresses, exports and scripts").fill("source");
  await member.getByLabel("Value when there is none").fill("direct");
  await saveQuestion(member);
  await member.getByText("from the address: ?source=…").waitFor();
  await addHidden(member, "How we rate them");
  await member.getByLabel("Where it comes from").selectOption("Scripts alone");
  await saveQuestion(member);
  await member.getByRole("button", { name: "Move “Where they came from” up" }).click();
  await member.getByText("“Where they came from” is now question 1 of 3").waitFor({ state: "attached" });
  await axe(member);
  await shot(member, "hidden-builder-desk");
  await publish(member);

  const respondent = await page(screens.phone);
  await respondent.goto("/fabrikam/where-from?source=poster");
  assert.equal(await respondent.getByText("Where they came from").count(), 0);
  await axe(respondent);
  await respondent.getByRole("button", { name: "Send answers" }).click();
  await respondent.getByRole("heading", { name: "Thank you" }).waitFor();

  await member.goto("/-/console/fabrikam/surveys");
  await member.getByRole("link", { name: "Where from" }).first().click();
  await member.getByRole("link", { name: "Results" }).first().click();
  await member.getByText("1 of 1 responses have one").waitFor();
  await axe(member);
  await shot(member, "hidden-results-desk");
});

journey("a hidden value is made on a phone in the dark without JavaScript", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(screens.phone, { javaScriptEnabled: false, colorScheme: "dark" }), "fabrikam");
  await begin(member, "Yes or no", "Is it comfortable?");
  await addHidden(member, "Where they came from");
  await member.getByLabel("Name in addresses, exports and scripts").fill("source");
  await axe(member);
  await shot(member, "hidden-form-phone-dark");
  await saveQuestion(member);
  await axe(member);
  await shot(member, "hidden-builder-phone-dark");
  await publish(member);

  const plain = await page(screens.phone, { javaScriptEnabled: false });
  await plain.goto("/fabrikam/where-from?source=mail");
  await plain.getByRole("button", { name: "Send answers" }).click();
  await plain.getByRole("heading", { name: "Thank you" }).waitFor();
});

journey("a draft in the browser keeps what a link brought, until another link brings something else", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "fabrikam");
  await begin(member, "Short text", "What do you think?");
  await addHidden(member, "Where they came from");
  await member.getByLabel("Name in addresses, exports and scripts").fill("source");
  await saveQuestion(member);
  await publish(member);

  // Pages keep drafts where their policy leaves them storage; here it is set aside.
  const respondent = await page(screens.phone, { bypassCSP: true });
  const held = () => respondent.locator("input[name=source]").inputValue();
  await respondent.goto("/fabrikam/where-from?source=mail");
  await respondent.getByLabel("What do you think?").fill("Half a tho");
  await respondent.goto("/fabrikam/where-from");
  assert.equal(await respondent.getByLabel("What do you think?").inputValue(), "Half a tho");
  assert.equal(await held(), "mail");
  await respondent.goto("/fabrikam/where-from?source=poster");
  assert.equal(await held(), "poster");
});
