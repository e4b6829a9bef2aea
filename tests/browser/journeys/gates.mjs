// Pages that are not for everybody, in a browser: a tenant's page has an origin of its own there, so what cookies reach
// and what they do not can be seen nowhere else.

import assert from "node:assert/strict";
import { demo, entranceTo, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

const address = "customer-satisfaction";

/** Says who may see the demonstration's survey; `wanted` is what the API takes beside kind and target. */
async function shut(canvass, wanted) {
  const { token } = await entranceTo(canvass, "adatum");
  const url = `${canvass.url}/api/v1/pages/${address}`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const found = await fetch(url, { headers });
  const { kind, target } = await found.json();
  const body = JSON.stringify({ kind, target, ...wanted });
  const answer = await fetch(url, { method: "PUT", headers: { ...headers, "if-match": found.headers.get("etag") }, body });
  assert.equal(answer.status, 200, await answer.text());
}

/** Answers what must be answered, from the first section to the thank-you page. */
async function answerEverything(respondent) {
  const go = (name) => respondent.getByRole("button", { name }).click();
  await respondent.getByLabel("Which of our products do you use most?").selectOption("Adatum Ledger: accounting");
  await respondent.getByLabel("Two to five years").check();
  await go("Next");
  await respondent.getByText("Section 2 of 3").waitFor();
  await respondent.getByRole("radio", { name: "5 stars of 5" }).check({ force: true });
  await go("Next");
  await respondent.getByText("Section 3 of 3").waitFor();
  await respondent.getByRole("radio", { name: /^10/ }).check({ force: true });
  await go("Send answers");
  await respondent.getByRole("heading", { name: "Thank you" }).waitFor();
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";

  journey(`who knows the password answers ${how} JavaScript`, demo, async ({ canvass, page }) => {
    await shut(canvass, { visibility: "password", password: "four quiet lighthouses" });
    const respondent = await page(screens.phone, { javaScriptEnabled, colorScheme: javaScriptEnabled ? "dark" : "light" });
    await respondent.goto(`/adatum/${address}`);
    await axe(respondent);
    await shot(respondent, `password-${how}-script`);
    await respondent.getByLabel("Password").fill("guess");
    await respondent.getByRole("button", { name: "Open the page" }).click();
    await respondent.getByText("This is not the password").waitFor();
    await axe(respondent);
    await shot(respondent, `password-wrong-${how}-script`);
    await respondent.getByLabel("Password").fill("four quiet lighthouses");
    await respondent.getByRole("button", { name: "Open the page" }).click();
    await answerEverything(respondent);

    const stranger = await page(screens.phone, { javaScriptEnabled });
    await stranger.goto(`/adatum/${address}`);
    await stranger.getByLabel("Password").waitFor();
  });

  journey(`a member answers ${how} JavaScript what is for members`, demo, async ({ canvass, page }) => {
    await shut(canvass, { visibility: "members" });
    const member = await page(screens.desk, { javaScriptEnabled });
    const { email, password } = await entranceTo(canvass, "adatum");
    await member.goto(`/adatum/${address}`);
    await member.getByLabel("E-mail").fill(email);
    await member.getByLabel("Password").fill(password);
    await member.getByRole("button", { name: "Sign in" }).click();
    await answerEverything(member);
  });
}

journey("an invited person answers by a personal link until it is taken back", demo, async ({ canvass, page }) => {
  await shut(canvass, { visibility: "invited" });
  const member = await signIn(canvass, await page());
  await member.goto("/-/console/adatum/pages");
  await member.getByRole("link", { name: /Customer satisfaction 2026/ }).first().click();
  await member.getByRole("link", { name: "Personal links" }).click();
  await member.getByText("Nobody is invited yet.").waitFor();
  await axe(member);
  await member.getByRole("button", { name: "Make link" }).click();
  await member.getByText("Enter whom this link is for").waitFor();
  await axe(member);
  await member.getByLabel("For whom").fill("Grace Hopper");
  await member.getByRole("button", { name: "Make link" }).click();
  const link = await member.locator("#secret").innerText();
  await axe(member);
  await shot(member, "personal-link-made");

  const nobody = await page(screens.phone);
  await nobody.goto(`/adatum/${address}`);
  await nobody.getByRole("heading", { name: "By invitation" }).waitFor();
  await axe(nobody);
  await shot(nobody, "by-invitation");

  const grace = await page(screens.phone);
  await grace.goto(link);
  await answerEverything(grace);

  await member.goto(member.url());
  await member.getByText("First used").waitFor();
  await member.getByText("Take back…").click();
  await member.getByRole("button", { name: "Take back this link" }).click();
  await member.getByText("Taken back: the link opens nothing any more.").waitFor();
  await grace.goto(link);
  await grace.getByRole("heading", { name: "By invitation" }).waitFor();
});
