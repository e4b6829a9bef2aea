// The whole way: an organisation signs up, writes and publishes a survey, is answered on a phone and watches the results.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { addQuestion, confirmSignUp, fillIn, hasFocus, northwind, saveQuestion } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

journey("from signing up to the results, watched as they come in", {}, async ({ page }) => {
  const member = await page();
  await signUp(member);
  await write(member);
  const address = await publish(member);

  await member.getByRole("link", { name: "Results", exact: true }).click();
  await member.getByRole("heading", { name: "No responses yet" }).waitFor();
  await member.locator("live-region[state=open]").waitFor();
  await member.evaluate(() => (window.isSame = true));

  const respondent = await page(screens.phone, { hasTouch: true, isMobile: true });
  await respondent.goto(address);
  await answer(respondent);
  await count(member, 1);
  await answerAfterAnError(await page(screens.phone, { hasTouch: true, isMobile: true }), address);
  await count(member, 2);
  assert.equal(await member.evaluate(() => window.isSame), true, "the results came without another page");
  await axe(member);
  await shot(member, "way-results");

  await checkDownload(member);
  await member.getByRole("link", { name: /^Responses/ }).click();
  await member.locator("tbody a").last().click();
  await member.getByText("Soup", { exact: true }).waitFor();
  await member.getByText("More soup, please").waitFor();
  await axe(member);
  await shot(member, "way-response");
});

async function signUp(member) {
  await member.goto("/-/signup");
  await member.getByLabel("Name", { exact: true }).pressSequentially(northwind.name);
  await member.getByText(`${northwind.alias} is free`).waitFor();
  const alias = member.getByLabel("Address", { exact: true });
  assert.equal(await alias.inputValue(), northwind.alias);
  await alias.fill("no");
  await member.locator(".verdict.danger").waitFor();
  await alias.fill(northwind.alias);
  await member.locator(".verdict.good").waitFor();
  await axe(member);
  await shot(member, "way-sign-up");
  await confirmSignUp(member);

  await member.waitForURL(/\/-\/signup\/progress\//);
  await member.getByRole("heading", { name: `${northwind.name} is ready` }).waitFor();
  await member.locator("live-region").waitFor({ state: "detached" });
  assert.equal(await member.locator(".steps li:not(.done)").count(), 0, "every step is done");
  await axe(member);
  await shot(member, "way-ready");
  await member.getByRole("link", { name: `Sign in to ${northwind.name}` }).click();
  await fillIn(member, northwind);
  await member.getByRole("heading", { name: `Welcome to Canvass, ${northwind.person}` }).waitFor();
  await axe(member);
  await shot(member, "way-welcome");
}

async function write(member) {
  await member.getByRole("link", { name: "New survey" }).click();
  await member.getByLabel("Title", { exact: true }).fill("Lunch in the canteen");
  await member.getByRole("button", { name: "Start writing" }).click();
  await addQuestion(member, "Single choice", "What did you have?");
  await member.getByLabel("An answer is required").check();
  await member.getByLabel("More choices, one per line").fill("Soup\nSalad\nFish");
  await saveQuestion(member);
  await addQuestion(member, "Whole number", "How many minutes did you wait?");
  await member.getByLabel("Smallest").fill("0");
  await member.getByLabel("Largest").fill("60");
  await saveQuestion(member);
  await member.getByRole("button", { name: "Add a section" }).click();
  await member.locator(".adder").nth(1).waitFor();
  await addQuestion(member, "Stars", "How was it?", 1);
  await member.getByLabel("An answer is required").check();
  await saveQuestion(member);
  await addQuestion(member, "Net promoter score", "Would you send a colleague?", 1);
  await saveQuestion(member);
  await addQuestion(member, "Long text", "What should we change?", 1);
  await saveQuestion(member);
  await axe(member);
  await shot(member, "way-builder");
}

async function publish(member) {
  await member.getByRole("link", { name: "Publish", exact: true }).first().click();
  await member.getByRole("button", { name: "Publish" }).click();
  await member.getByText("Published.").waitFor();
  return member.locator("#link").innerText();
}

async function answer(respondent) {
  await respondent.getByLabel("Soup").tap();
  await respondent.getByLabel("How many minutes did you wait?").fill("5");
  await axe(respondent);
  await shot(respondent, "way-answer");
  await respondent.evaluate(() => (window.isSame = true));
  await respondent.getByRole("button", { name: "Next" }).tap();
  await respondent.getByText("Section 2 of 2").waitFor();
  assert.equal(await respondent.evaluate(() => window.isSame), true, "the next section needs no other page");
  await respondent.getByRole("radio", { name: "4 stars of 5" }).tap();
  await respondent.getByRole("radio", { name: "9", exact: true }).tap();
  await respondent.getByLabel("What should we change?").fill("More soup, please");
  await axe(respondent);
  await respondent.getByRole("button", { name: "Send answers" }).tap();
  await respondent.getByRole("heading", { name: "Thank you" }).waitFor();
  await axe(respondent);
  await shot(respondent, "way-thanks");
}

async function answerAfterAnError(respondent, address) {
  await respondent.goto(address);
  const minutes = respondent.getByLabel("How many minutes did you wait?");
  await minutes.fill("a while");
  await respondent.getByRole("button", { name: "Next" }).tap();
  const errors = respondent.locator(".error-summary");
  await errors.waitFor();
  assert.equal(await hasFocus(errors), true, "the summary of errors has focus");
  assert.equal(await minutes.inputValue(), "a while", "what was answered is kept");
  assert.equal(await minutes.getAttribute("aria-invalid"), "true");
  assert.match(await respondent.title(), /^Error: /);
  await axe(respondent);
  await shot(respondent, "way-errors");
  await errors.getByRole("link").first().tap();
  await respondent.getByLabel("Salad").tap();
  await minutes.fill("12");
  await respondent.getByRole("button", { name: "Next" }).tap();
  await respondent.getByText("Section 2 of 2").waitFor();
  await respondent.getByRole("radio", { name: "3 stars of 5" }).tap();
  await respondent.getByRole("button", { name: "Send answers" }).tap();
  await respondent.getByRole("heading", { name: "Thank you" }).waitFor();
}

const count = (member, responses) =>
  member.locator(".figures > div", { hasText: "responses" }).locator("dd", { hasText: new RegExp(`^${responses}$`) }).waitFor();

async function checkDownload(member) {
  await member.getByRole("main").getByRole("link", { name: "Export", exact: true }).click();
  const [download] = await Promise.all([
    member.waitForEvent("download"),
    member.getByRole("button", { name: "Download now" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  const [all, rows, sum] = text.match(/^# rows: (\d+),sha256: ([0-9a-f]{64}),*\r\n$/m) ?? [];
  assert.equal(rows, "2", `the footer counts the rows of:\n${text}`);
  const body = text.slice(0, -all.length);
  assert.equal(body.trimEnd().split("\r\n").length, 3, "a header and two rows");
  assert.equal(createHash("sha256").update(body).digest("hex"), sum, "the footer's sum is that of what stands before it");
}
