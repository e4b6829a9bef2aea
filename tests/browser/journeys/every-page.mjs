// Every page there is, as everybody who may open it sees it: on a desk and on a phone, in the light and in the dark.

import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { becomeOperator, confirmSignUp, demo, entranceTo, signIn } from "../people.mjs";
import { axe, journey, screens, shot, sights } from "../support.mjs";

/** Pages judged at once: more only wait for each other. */
const TABS = 2;

/** Looks at the page that is open: axe on every sight, and no sideways scrolling on the narrowest screen. */
async function look(visitor, name) {
  for (const { size, colorScheme } of sights) {
    await visitor.setViewportSize(screens[size]);
    await visitor.emulateMedia({ colorScheme });
    await axe(visitor);
    if (process.env.CANVASS_SHOTS) await shot(visitor, `${name}-${size}-${colorScheme}`);
  }
  await visitor.setViewportSize(screens.narrow);
  const [scroll, client] = await visitor.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert(scroll <= client, `${visitor.url()} scrolls sideways at ${client} px: ${scroll}`);
  await visitor.setViewportSize(screens.desk);
}

/** Opens every address of `pages`, which are pairs of a name and a path with an optional status, and looks at it. */
async function lookAt(visitor, pages) {
  const waiting = [...pages];
  const walk = async (tab) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, path, status = 200] = next;
      const answer = await tab.goto(path);
      assert.equal(answer.status(), status, path);
      await look(tab, name);
    }
  };
  const others = await Promise.all(Array.from({ length: TABS - 1 }, () => visitor.context().newPage()));
  await Promise.all([visitor, ...others].map(walk));
  await Promise.all(others.map((tab) => tab.close()));
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
    ["document", "/adatum/about"],
    ["shared-results", "/adatum/what-you-told-us"],
    ["shared-results-closed", "/fabrikam/how-we-deliver"],
    ["closed", "/fabrikam/delivery", 410],
    ["survey", "/adatum/customer-satisfaction"],
  ]);
  await visitor.goto("/adatum/customer-satisfaction");
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
  await lookAt(member, [
    ["home", base],
    ["surveys", `${base}/surveys`],
    ["surveys-trash", `${base}/surveys?status=trash`],
    ["survey-new", `${base}/surveys/new`],
    ["fields", `${base}/fields`],
    ["field", `${base}/fields/product`],
    ["pages", `${base}/pages`],
    ["pages-trash", `${base}/pages?status=trash`],
    ["page-new", `${base}/pages/new`],
    ...["document", "survey", "results", "feed", "redirect"].map((it) => [`page-${it}`, `${base}/pages/new?kind=${it}`]),
    ["page-hosts", `${base}/pages/hosts`],
    ["pages-starters", `${base}/pages/starters`],
    ["files", `${base}/files`],
    ["files-trash", `${base}/files?status=trash`],
    ["domains", `${base}/domains`],
    ["scripts", `${base}/scripts`],
    ["script-new", `${base}/scripts/new`],
    ["script-template", `${base}/scripts/new?from=big-five`],
    ["scripts-store", `${base}/scripts/store`],
    ["scripts-trash", `${base}/scripts/trash`],
    ["scripts-secrets", `${base}/scripts/secrets`],
    ["scripts-contract", `${base}/scripts/contract`],
    ["tokens", `${base}/tokens`],
    ["log", `${base}/log`],
    ["traffic", `${base}/traffic`],
    ["members", `${base}/members`],
    ["organisations", "/-/console"],
    ["account", "/-/account"],
    ["not-a-member", "/-/console/fabrikam", 404],
  ]);
  await member.goto(`${base}/tokens`);
  await member.getByLabel("Name", { exact: true }).fill("Website");
  await member.locator("[name=scope]").first().check();
  await member.getByRole("button", { name: "Make token" }).click();
  await member.locator("#secret").waitFor();
  await look(member, "token-made");
  await member.goto("/-/account");
  await member.getByRole("button", { name: "Change password" }).click();
  await member.locator(".error-summary").waitFor();
  await look(member, "account-errors");
});

journey("every page of a survey is fit for everybody who writes it", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  await lookAt(member, [
    ...(await writersPages(member, "open", "survey")),
    ...(await writersPages(member, "draft", "draft")),
  ]);
  await member.goto(`${base}/surveys`);
  await member.locator(".rows summary").first().click();
  await look(member, "surveys-menu");
});

journey("every page of the console is fit for those who may do less", demo, async ({ canvass, page }) => {
  const creator = await signIn(canvass, await page(), "adatum", "creator");
  await lookAt(creator, [
    ["creator-home", base],
    ["creator-tokens", `${base}/tokens`, 403],
  ]);
  const analyst = await signIn(canvass, await page(), "adatum", "analyst");
  await lookAt(analyst, [
    ["analyst-home", base],
    ["analyst-surveys", `${base}/surveys`],
    ["analyst-surveys-trash", `${base}/surveys?status=trash`],
    ["analyst-survey-new", `${base}/surveys/new`, 403],
    ["analyst-pages", `${base}/pages`],
    ["analyst-page-new", `${base}/pages/new`, 403],
    ["analyst-scripts", `${base}/scripts`],
    ["analyst-script-new", `${base}/scripts/new`, 403],
    ["analyst-scripts-secrets", `${base}/scripts/secrets`, 403],
    ["analyst-log", `${base}/log`, 403],
    ["analyst-traffic", `${base}/traffic`],
    ["analyst-members", `${base}/members`],
    ...(await readersPages(analyst, "open", "analyst-survey")),
    ...(await readersPages(analyst, "draft", "analyst-draft")),
  ]);
});

/** The console of the demonstration tenant. */
const base = "/-/console/adatum";

/** The pages of the first survey in this state for whoever may write it. */
async function writersPages(member, state, name) {
  const survey = await first(member, state);
  await member.goto(survey);
  const question = await member.locator(".item-title a").first().getAttribute("href");
  return [
    ...(await readersPages(member, state, name)),
    [`${name}-builder-question`, question],
    [`${name}-replacement`, `${survey}/replacement`],
  ];
}

/** The pages of the first survey in this state, and of its first response, for whoever may read it. */
async function readersPages(member, state, name) {
  const survey = await first(member, state);
  await member.goto(`${survey}/responses`);
  const response = member.locator("tbody a").first();
  const responses = (await response.count()) > 0 ? [[`${name}-response`, await response.getAttribute("href")]] : [];
  return [
    [`${name}-builder`, survey],
    [`${name}-crosstab`, `${survey}/crosstab`],
    [`${name}-exports`, `${survey}/exports`],
    [`${name}-history`, `${survey}/history`],
    [`${name}-preview`, `${survey}/preview`],
    [`${name}-details`, `${survey}/details`],
    [`${name}-publication`, `${survey}/publication`],
    [`${name}-results`, `${survey}/results`],
    [`${name}-results-filter`, `${survey}/results?about=_source`],
    [`${name}-results-filtered`, `${survey}/results?filter=${encodeURIComponent('{"_source":["demo"],"_version":1}')}`],
    [`${name}-responses`, `${survey}/responses`],
    [`${name}-responses-filter`, `${survey}/responses?about=_received_at`],
    ...responses,
  ];
}

/** Where the first survey in this state is edited. */
async function first(member, state) {
  await member.goto(`${base}/surveys?status=${state}`);
  const id = (await member.locator("[id^=survey-]").first().getAttribute("id")).slice("survey-".length);
  return `${base}/surveys/${id}`;
}

journey("every page of the operator is fit for everybody", demo, async ({ canvass, page }) => {
  const operator = await becomeOperator(canvass, await page(), (form) => look(form, "operator-set-up"));
  await lookAt(operator, [
    ["operator-set-up-used", "/-/operate/setup/used", 404],
    ["operator-tenants", "/-/operate"],
    ["operator-scripts", "/-/operate/scripts"],
    ["operator-jobs", "/-/operate/jobs"],
    ["operator-dead-letters-none", "/-/operate/dead-letters"],
  ]);
  await operator.goto("/-/operate/jobs");
  await operator.locator("tbody a").last().click();
  await operator.getByRole("heading", { name: "Steps" }).waitFor();
  await look(operator, "operator-job");
  await operator.goto("/-/operate/tenants/fabrikam");
  await look(operator, "operator-tenant");
  await operator.getByText("Suspend…").click();
  await operator.getByLabel("Reason").fill("The invoice of March is open.");
  await look(operator, "operator-tenant-suspending");
  await operator.getByRole("button", { name: "Suspend Fabrikam Furniture" }).click();
  await operator.getByRole("button", { name: "Resume Fabrikam Furniture" }).waitFor();
  await look(operator, "operator-tenant-suspended");

  await lookAt(await page(), [["suspended", "/fabrikam", 503], ["suspended-survey", "/fabrikam/woodworking", 503]]);
});

journey("every page about the operator's programs is fit for everybody", demo, async ({ canvass, page }) => {
  const operator = await becomeOperator(canvass, await page());
  await lookAt(operator, [["operator-tokens-none", "/-/operate/tokens"]]);
  const make = async (name) => {
    await operator.getByLabel("Name").fill(name);
    await operator.getByRole("button", { name: "Make token" }).click();
  };
  await make("");
  await operator.locator(".error-summary").waitFor();
  await look(operator, "operator-tokens-refused");
  await make("Onboarding");
  await operator.getByText("“Onboarding” is made.").waitFor();
  await look(operator, "operator-tokens-made");
  await operator.goto("/-/operate/tokens");
  await operator.getByText("Revoke…").click();
  await look(operator, "operator-tokens-revoking");
  await operator.getByRole("button", { name: "Revoke “Onboarding”" }).click();
  await operator.getByText("No program has access yet.").waitFor();
});

journey("every page about what went wrong is fit for everybody", demo, async ({ canvass, page }) => {
  const { token } = await entranceTo(canvass, "fabrikam");
  const operator = await becomeOperator(canvass, await page());
  const backup = join(canvass.folder, "backup");

  // A response that is accepted while nobody applies, to a survey of which the backup that is put back knows nothing.
  await canvass.restart(["--role", "web"], (data) => cp(join(data, "tenants"), backup, { recursive: true }));
  await collect(canvass, token);
  // And one person who signs up twice before anybody sees to it: a second account for one address cannot be.
  const twice = [await signUp(await page(), "Tailspin Toys"), await signUp(await page(), "Tailspin Games")];
  await look(twice[0], "sign-up-waiting");
  await canvass.restart([], async (data) => {
    await rm(join(data, "tenants"), { recursive: true });
    await cp(backup, join(data, "tenants"), { recursive: true });
  });

  await operator.goto("/-/operate/jobs?state=failed");
  await until(operator, operator.locator("tbody a"));
  await look(operator, "operator-jobs-failed");
  await operator.locator("tbody a").first().click();
  await operator.getByRole("button", { name: "Retry" }).waitFor();
  await look(operator, "operator-job-failed");
  await operator.goto("/-/operate/dead-letters");
  await until(operator, operator.getByText("Fabrikam"));
  await look(operator, "operator-dead-letters");

  await Promise.all(twice.map((visitor) => visitor.reload()));
  const ends = await Promise.all(twice.map((visitor) => visitor.locator("h1").innerText()));
  const failed = ends.findIndex((it) => it.endsWith("could not be set up"));
  assert(failed >= 0 && ends[1 - failed].endsWith("is ready"), ends.join("; "));
  await look(twice[failed], "sign-up-failed");
  await look(twice[1 - failed], "sign-up-done");
});

/** Publishes a survey of the token's tenant and answers it, as a program does. */
async function collect(canvass, token) {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${canvass.url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, `${path}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const questions = [{ id: "tea", type: "yes_no", label: "Tea?" }];
  const { id } = await post("/surveys", { title: "Tea break", sections: [{ questions }] });
  await post(`/surveys/${id}/publication`, {});
  await post(`/surveys/${id}/responses`, { answers: { tea: true } });
}

/** Sends the sign-up form for an organisation and stays at the page that follows it. */
async function signUp(visitor, name) {
  await visitor.goto("/-/signup");
  await visitor.getByLabel("Name", { exact: true }).fill(name);
  await visitor.locator(".verdict.good").waitFor();
  await confirmSignUp(visitor);
  await visitor.waitForURL(/\/-\/signup\/progress\//);
  return visitor;
}

/** Opens the page again until what is asked for is there. */
async function until(visitor, locator, tries = 100) {
  await locator.first().waitFor({ timeout: 300 }).catch(async (error) => {
    if (tries === 0) throw error;
    await visitor.reload();
    await until(visitor, locator, tries - 1);
  });
}
