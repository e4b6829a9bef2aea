// A survey is written in the builder: by keyboard, by two at once, and without JavaScript.

import assert from "node:assert/strict";
import { axe, journey, screens, shot } from "../support.mjs";

const demo = { args: ["--demo"] };

/** Opens a browser in which somebody of the demonstration tenant `alias` is signed in. */
async function signIn(canvass, visitor, alias = "adatum") {
  const { demo } = await canvass.announcement("how to sign in", (it) => it.demo);
  const entrance = demo.find((it) => it.alias === alias);
  await visitor.goto("/-/login");
  await visitor.getByLabel("E-mail").fill(entrance.email);
  await visitor.getByLabel("Password").fill(entrance.password);
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await visitor.waitForURL(/\/-\/console/);
  return visitor;
}

/** The questions in sight, in their order. */
const order = (member) => member.locator(".item-title > :first-child").allInnerTexts();

const addQuestion = async (member, type, label) => {
  await member.getByText("Add a question").first().click();
  await member.getByRole("button", { name: type, exact: true }).click();
  await member.getByLabel("Question", { exact: true }).fill(label);
};

const save = async (member) => {
  await member.getByRole("button", { name: "Save question" }).last().click();
  await member.locator(".item-form").waitFor({ state: "detached" });
};

journey("a survey is written and put in order with the keyboard, then published", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  await member.goto("/-/console/adatum/surveys");
  await axe(member);
  await shot(member, "surveys-desk");
  await member.getByRole("button", { name: "New survey" }).first().click();
  await axe(member);
  await member.getByRole("link", { name: "Edit title and welcome" }).click();
  await member.getByLabel("Title", { exact: true }).fill("Lunch in the canteen");
  await axe(member);
  await member.getByRole("button", { name: "Save" }).last().click();
  await member.getByRole("heading", { level: 1, name: "Lunch in the canteen" }).waitFor();

  await addQuestion(member, "Single choice", "What did you have?");
  await member.getByLabel("More choices, one per line").fill("Soup\nSalad\nFish");
  await axe(member);
  await shot(member, "builder-question-desk");
  await save(member);
  await addQuestion(member, "Stars", "How was it?");
  await save(member);
  await addQuestion(member, "Yes or no", "Coffee after?");
  await save(member);
  assert.deepEqual(await order(member), ["What did you have?", "How was it?", "Coffee after?"]);

  const up = member.getByRole("button", { name: "Move “Coffee after?” up" });
  await up.focus();
  await member.keyboard.press("Enter");
  await member.getByText("“Coffee after?” is now question 2 of 3").waitFor({ state: "attached" });
  assert.deepEqual(await order(member), ["What did you have?", "Coffee after?", "How was it?"]);
  assert.equal(await up.evaluate((it) => it === document.activeElement), true, "focus stays on the button");
  await member.keyboard.press("Alt+ArrowUp");
  await member.getByText("“Coffee after?” is now question 1 of 3").waitFor({ state: "attached" });
  assert.deepEqual(await order(member), ["Coffee after?", "What did you have?", "How was it?"]);
  const isOnItem = () => document.activeElement.closest("#question-q3") !== null;
  assert.equal(await member.evaluate(isOnItem), true, "focus stays with the question at the top of the list");
  await axe(member);
  await shot(member, "builder-desk");

  await member.getByRole("link", { name: "Preview" }).click();
  await axe(member);
  await member.getByText("This is a preview").waitFor();
  await member.getByRole("button", { name: "Send answers" }).click();
  await member.getByText("This is a preview: your answers were checked and thrown away.").waitFor();
  await member.getByRole("link", { name: "Back to the questions" }).click();

  await member.getByRole("link", { name: "Publish", exact: true }).first().click();
  await axe(member);
  await shot(member, "publication-desk");
  await member.getByRole("button", { name: "Publish" }).click();
  await member.getByText("Published.").waitFor();
  await axe(member);
  const respondent = await page(screens.phone);
  await respondent.goto("/adatum/lunch-in-the-canteen");
  await respondent.getByText("Coffee after?").waitFor();
});

journey("a question is dragged to another place", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  await member.goto("/-/console/adatum/surveys?status=draft");
  await member.locator(".row-link").first().click();
  const before = await order(member);
  const grips = member.locator(".items").first().locator(".grip");
  const [from, to] = [await grips.nth(0).boundingBox(), await grips.nth(1).boundingBox()];
  await member.mouse.move(from.x + 5, from.y + 5);
  await member.mouse.down();
  await member.mouse.move(to.x + 5, to.y + to.height + 12, { steps: 5 });
  await member.mouse.up();
  await member.getByText("is now question 2 of").waitFor({ state: "attached" });
  const after = await order(member);
  assert.deepEqual(after.slice(0, 2), [before[1], before[0]]);
});

journey("two who edit one question see both versions", demo, async ({ canvass, page }) => {
  const [one, two] = [await signIn(canvass, await page()), await signIn(canvass, await page())];
  await one.goto("/-/console/adatum/surveys");
  await one.getByRole("button", { name: "New survey" }).first().click();
  await addQuestion(one, "Short text", "What is your job?");
  await save(one);
  const survey = new URL(one.url()).pathname;
  for (const member of [one, two]) {
    await member.goto(survey);
    await member.getByRole("link", { name: "What is your job?" }).click();
    await member.locator(".item-form").waitFor();
  }
  await one.getByLabel("Question", { exact: true }).fill("What is your job here?");
  await save(one);
  await two.getByLabel("Question", { exact: true }).fill("What do you do?");
  await two.getByRole("button", { name: "Save question" }).last().click();
  const notice = two.locator("#conflict");
  await notice.waitFor();
  assert.equal(await notice.evaluate((it) => it === document.activeElement), true, "the notice has focus");
  await axe(two);
  await shot(two, "builder-conflict-desk");
  assert.equal(await two.getByLabel("Question", { exact: true }).inputValue(), "What do you do?");
  await two.getByRole("button", { name: "Keep mine" }).click();
  await two.locator(".item-form").waitFor({ state: "detached" });
  assert.deepEqual(await order(two), ["What do you do?"]);
});

journey("a survey is written on a phone in the dark without JavaScript", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(screens.phone, { javaScriptEnabled: false, colorScheme: "dark" }));
  await member.goto("/-/console/adatum/surveys");
  await axe(member);
  await shot(member, "surveys-phone-dark");
  await member.getByRole("button", { name: "New survey" }).first().click();
  await addQuestion(member, "Whole number", "How old are you?");
  await member.getByLabel("Smallest").fill("many");
  await member.getByRole("button", { name: "Save question" }).last().click();
  await member.getByRole("link", { name: "Write a whole number, like 12" }).waitFor();
  await axe(member);
  await shot(member, "builder-error-phone-dark");
  await member.getByLabel("Smallest").fill("18");
  await member.getByRole("button", { name: "Save question" }).last().click();
  assert.deepEqual((await order(member)).map((it) => it.trim()), ["How old are you?"]);
  await member.getByRole("button", { name: "Remove “How old are you?”" }).click();
  await member.getByRole("button", { name: "Undo" }).click();
  assert.equal((await order(member)).length, 1);
  await axe(member);
  await shot(member, "builder-phone-dark");
  await member.goto(`${new URL(member.url()).pathname}/history`);
  await axe(member);
  await shot(member, "history-phone-dark");
});
