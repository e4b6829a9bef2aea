// An analyst takes the responses away: at once, and as a file that is prepared in the background.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { demo, signIn } from "../people.mjs";
import { journey, look, screens } from "../support.mjs";

/** Opens the exports of the survey that has most responses. */
async function open(member) {
  await member.goto("/-/console/adatum/surveys");
  await member.getByRole("link", { name: "Customer satisfaction" }).first().click();
  await member.getByRole("navigation", { name: "Customer satisfaction" }).getByRole("link", { name: "Exports" }).click();
  await member.getByRole("heading", { name: "Take the responses away" }).waitFor();
}

/** What a click downloads. */
async function downloaded(member, button) {
  const [download] = await Promise.all([member.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

journey("responses are taken away at once and prepared in the background", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "adatum", "analyst");
  await open(member);
  await member.getByRole("heading", { name: "No files yet" }).waitFor();
  await look(member, "exports-empty");

  const now = await downloaded(member, member.getByRole("button", { name: "Download now" }));
  assert.match(now.name, /\.csv$/);
  assert.match(now.bytes.toString(), /\r\n# rows: \d+,sha256: [0-9a-f]{64},*\r\n$/);

  await member.getByLabel("Write the words of choices").check();
  await member.getByRole("button", { name: "Prepare in the background" }).click();
  await member.getByText("The file is being prepared.").waitFor();
  // The page follows by itself.
  await member.getByText("Ready", { exact: true }).waitFor();
  await member.getByText("Checksum", { exact: true }).click();
  await look(member, "exports-ready");
  const prepared = await downloaded(member, member.getByRole("link", { name: /^Download / }));
  const sum = createHash("sha256").update(prepared.bytes).digest("hex");
  await member.getByText(sum).waitFor();

  await member.getByRole("button", { name: /^Delete / }).click();
  await member.getByText("The file was deleted.").waitFor();
  await member.getByRole("heading", { name: "No files yet" }).waitFor();
});

journey("a file is prepared without script", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(screens.phone, { javaScriptEnabled: false }), "adatum", "analyst");
  await open(member);
  await member.getByLabel("JSON Lines").check();
  await member.getByRole("button", { name: "Prepare in the background" }).click();
  await member.getByText("The file is being prepared.").waitFor();
  const ready = member.getByText("Ready", { exact: true });
  for (let looks = 0; looks < 100 && !(await ready.isVisible()); looks += 1) await member.reload();
  await ready.waitFor();
  await member.getByRole("button", { name: /^Delete / }).click();
  await member.getByText("The file was deleted.").waitFor();
});
