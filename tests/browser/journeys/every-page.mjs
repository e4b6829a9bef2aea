// Every page there is, as everybody who may open it sees it: on a desk and on a phone, in the light and in the dark.

import assert from "node:assert/strict";
import { demo, entranceTo, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

const OPERATOR = { email: "olga@canvass.example", password: "four quiet lighthouses" };

/** What every page is judged on: both screens, and both schemes. */
const desk = { size: "desk", screen: screens.desk, colorScheme: "light" };
const phone = { size: "phone", screen: screens.phone, colorScheme: "dark" };

/** Only pictured, for whoever asks for pictures: it differs from the others in nothing axe could find. */
const others = [{ ...desk, colorScheme: "dark" }, { ...phone, colorScheme: "light" }];

/**
 * Looks at the page that is open: axe on the desk in the light and on the phone in the dark, and no sideways scrolling
 * on the narrowest screen.
 */
async function look(visitor, name) {
  for (const sight of [desk, phone]) {
    await show(visitor, sight);
    await axe(visitor);
    await shot(visitor, `${name}-${sight.size}-${sight.colorScheme}`);
  }
  for (const sight of process.env.CANVASS_SHOTS ? others : []) {
    await show(visitor, sight);
    await shot(visitor, `${name}-${sight.size}-${sight.colorScheme}`);
  }
  await show(visitor, { screen: screens.narrow, colorScheme: "light" });
  const [scroll, client] = await visitor.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert(scroll <= client, `${visitor.url()} scrolls sideways at ${client} px: ${scroll}`);
  await show(visitor, desk);
}

async function show(visitor, { screen, colorScheme }) {
  await visitor.setViewportSize(screen);
  await visitor.emulateMedia({ colorScheme });
}

/** Opens every address of `pages`, which are pairs of a name and a path with an optional status, and looks at it. */
async function lookAt(visitor, pages) {
  for (const [name, path, status = 200] of pages) {
    const answer = await visitor.goto(path);
    assert.equal(answer.status(), status, path);
    await look(visitor, name);
  }
}

journey("every public page is fit for everybody", demo, async ({ canvass, page }) => {
  await entranceTo(canvass, "fabrikam");
  const visitor = await page();
  await lookAt(visitor, [
    ["landing", "/"],
    ["sign-up", "/-/signup"],
    ["sign-in", "/-/login"],
    ["operator-sign-in", "/-/operate/login"],
    ["not-found", "/-/nothing-here", 404],
    ["no-tenant", "/nobody", 404],
    ["no-survey", "/adatum/nothing", 404],
    ["tenant", "/adatum"],
    ["closed", "/fabrikam/delivery", 410],
    ["survey", "/adatum/customer-satisfaction"],
  ]);
  await visitor.getByLabel("How many people in your organisation use it?").fill("a few");
  await visitor.getByRole("button", { name: "Next" }).click();
  await visitor.locator(".error-summary").waitFor();
  await look(visitor, "survey-errors");
  await visitor.goto("/adatum/customer-satisfaction");
  await visitor.getByLabel("Which of our products do you use most?").selectOption({ index: 1 });
  await visitor.getByLabel("Two to five years").check();
  await visitor.getByLabel("How many people in your organisation use it?").fill("40");
  await visitor.getByRole("button", { name: "Next" }).click();
  await visitor.getByRole("radio", { name: "4 stars of 5" }).check();
  await visitor.getByRole("radio", { name: "6", exact: true }).check();
  await visitor.getByLabel("It is always there").check();
  await visitor.getByLabel("Yes", { exact: true }).check();
  await look(visitor, "survey-middle");
  await visitor.getByRole("button", { name: "Next" }).click();
  await visitor.getByRole("radio", { name: /^9/ }).check();
  await look(visitor, "survey-last");
  await visitor.getByRole("button", { name: "Send answers" }).click();
  await visitor.getByRole("heading", { name: "Thank you" }).waitFor();
  await look(visitor, "thanks");

  await visitor.goto("/-/login");
  await visitor.getByLabel("E-mail").fill("ada@adatum.example");
  await visitor.getByLabel("Password").fill("not the password");
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await visitor.locator(".error-summary").waitFor();
  await look(visitor, "sign-in-error");
  await visitor.goto("/-/signup");
  await visitor.getByRole("button", { name: "Create our surveys" }).click();
  await visitor.locator(".error-summary").waitFor();
  await look(visitor, "sign-up-errors");
});

journey("every page of the console is fit for everybody", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  const base = "/-/console/adatum";
  await lookAt(member, [
    ["home", base],
    ["surveys", `${base}/surveys`],
    ["surveys-trash", `${base}/surveys?status=trash`],
    ["survey-new", `${base}/surveys/new`],
    ["tokens", `${base}/tokens`],
    ["log", `${base}/log`],
    ["members", `${base}/members`],
    ["organisations", "/-/console"],
    ["account", "/-/account"],
    ["not-a-member", "/-/console/fabrikam", 404],
  ]);
  await lookAt(member, await pagesOf(member, base, "open", "survey"));
  await lookAt(member, await pagesOf(member, base, "draft", "draft"));
  await member.goto(`${base}/tokens`);
  await member.getByLabel("Name", { exact: true }).fill("Website");
  await member.getByLabel(/^Send/).or(member.locator("[name=scope]").first()).first().check();
  await member.getByRole("button", { name: "Make token" }).click();
  await member.locator("#secret").waitFor();
  await look(member, "token-made");
  await member.goto("/-/account");
  await member.getByRole("button", { name: "Change password" }).click();
  await member.locator(".error-summary").waitFor();
  await look(member, "account-errors");
});

/** The pages of the first survey in this state, and of its first response and question. */
async function pagesOf(member, base, state, name) {
  await member.goto(`${base}/surveys?status=${state}`);
  const id = (await member.locator("[id^=survey-]").first().getAttribute("id")).slice("survey-".length);
  const survey = `${base}/surveys/${id}`;
  await member.goto(`${survey}/responses`);
  const response = member.locator("tbody a").first();
  const responses = (await response.count()) > 0 ? [[`${name}-response`, await response.getAttribute("href")]] : [];
  await member.goto(survey);
  const question = await member.locator(".item-title a").first().getAttribute("href");
  return [
    [`${name}-builder`, survey],
    [`${name}-builder-question`, question],
    [`${name}-history`, `${survey}/history`],
    [`${name}-preview`, `${survey}/preview`],
    [`${name}-replacement`, `${survey}/replacement`],
    [`${name}-publication`, `${survey}/publication`],
    [`${name}-results`, `${survey}/results`],
    [`${name}-responses`, `${survey}/responses`],
    ...responses,
  ];
}

journey("every page of the operator is fit for everybody", demo, async ({ canvass, page }) => {
  const { operator_setup_url } = await canvass.announcement("the operator's link", (it) => it.operator_setup_url);
  const operator = await page();
  await lookAt(operator, [["operator-set-up", operator_setup_url]]);
  await operator.getByLabel("Your name").fill("Olga Berg");
  await operator.getByLabel("E-mail address").fill(OPERATOR.email);
  await operator.getByLabel("Password").fill(OPERATOR.password);
  await operator.getByRole("button", { name: "Become the operator" }).click();
  await operator.waitForURL(/\/-\/operate(\/login)?$/);
  if (operator.url().endsWith("/login")) {
    await operator.getByLabel("E-mail").fill(OPERATOR.email);
    await operator.getByLabel("Password").fill(OPERATOR.password);
    await operator.getByRole("button", { name: "Sign in" }).click();
  }
  await operator.getByRole("heading", { name: "Tenants" }).waitFor();
  await lookAt(operator, [
    ["operator-set-up-used", operator_setup_url, 404],
    ["operator-tenants", "/-/operate"],
    ["operator-jobs", "/-/operate/jobs"],
    ["operator-dead-letters", "/-/operate/dead-letters"],
  ]);
  await operator.goto("/-/operate/jobs");
  await operator.locator("tbody a", { hasText: /provision|Set/i }).or(operator.locator("tbody a").last()).first().click();
  await look(operator, "operator-job");
  await operator.goto("/-/operate/tenants/fabrikam");
  await look(operator, "operator-tenant");
  await operator.getByText("Suspend…").click();
  await operator.getByLabel("Reason").fill("The invoice of March is open.");
  await operator.getByRole("button", { name: "Suspend Fabrikam Furniture" }).click();
  await operator.getByRole("button", { name: "Resume Fabrikam Furniture" }).waitFor();
  await look(operator, "operator-tenant-suspended");

  const visitor = await page();
  await lookAt(visitor, [["suspended", "/fabrikam", 503], ["suspended-survey", "/fabrikam/woodworking", 503]]);
});
