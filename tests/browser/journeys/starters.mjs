// Starter pages: the operator's template site becomes newer, and a member decides page by page what to have of it.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { demo, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

const base = "/-/console/adatum/pages";
const folder = await mkdtemp(join(tmpdir(), "canvass-templates-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Writes the template site as the operator has it in this version. */
async function publish(version, texts) {
  const pages = Object.keys(texts).map((name) => ({
    name,
    address: name,
    title: `${name[0].toUpperCase()}${name.slice(1)} at {{organisation}}`,
    visibility: "public",
    document: `${name}.md`,
  }));
  await writeFile(join(folder, "site.json"), JSON.stringify({ version, pages }));
  await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(folder, `${name}.md`), text)));
}

/** Looks at the page that is open: axe and a picture on both screens, light and dark, and no sideways scrolling. */
async function look(visitor, name) {
  for (const size of ["desk", "phone", "narrow"]) {
    for (const colorScheme of ["light", "dark"]) {
      await visitor.setViewportSize(screens[size]);
      await visitor.emulateMedia({ colorScheme });
      await axe(visitor);
      if (process.env.CANVASS_SHOTS) await shot(visitor, `${name}-${size}-${colorScheme}`);
    }
  }
  await visitor.setViewportSize(screens.desk);
  await visitor.emulateMedia({ colorScheme: "light" });
}

await publish(1, {
  privacy: "{{organisation}} keeps what you answer for a year.",
  imprint: "Written by {{organisation}}.",
});

journey("a newer template is offered, and nobody's words are lost", { ...demo, env: { CANVASS_TEMPLATES__FOLDER: folder } }, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  const visitor = await page();
  const says = async (address) => {
    await visitor.goto(address);
    return visitor.locator("main").innerText();
  };
  assert.match(await says("/adatum/privacy"), /Adatum Corporation keeps what you answer for a year\./);
  await member.goto(`${base}/starters`);
  await member.getByRole("heading", { name: "Nothing new" }).waitFor();
  await look(member, "starters-nothing");

  await member.goto(base);
  await member.getByRole("link", { name: /Imprint at/ }).first().click();
  await member.getByLabel("Text", { exact: true }).fill("Printed by Ada herself.");
  await member.getByRole("button", { name: "Save" }).click();
  assert.match(await says("/adatum/imprint"), /Printed by Ada herself/);

  await canvass.restart([], () =>
    publish(2, {
      privacy: "{{organisation}} keeps what you answer for six months.",
      imprint: "Written and answered for by {{organisation}}.",
      help: "Write to {{organisation}} if a survey does not work for you.",
    }),
  );
  await member.goto(base);
  await member.getByRole("link", { name: "Look at what is offered" }).click();
  await look(member, "starters-offered");
  assert.match(await says("/adatum/privacy"), /for a year/, "nothing changes before somebody decides");

  await member.getByRole("button", { name: "Take this: Privacy" }).click();
  await member.getByText("is as the template has it").waitFor();
  assert.match(await says("/adatum/privacy"), /for six months/);
  await member.getByRole("button", { name: "Keep mine: Imprint" }).click();
  await member.getByRole("button", { name: "Add this page: Help" }).click();
  await member.getByRole("heading", { name: "Nothing new" }).waitFor();
  assert.match(await says("/adatum/imprint"), /Printed by Ada herself/, "what a member wrote stays");
  assert.match(await says("/adatum/help"), /Write to Adatum Corporation/);
  await look(member, "starters-decided");

  await member.getByRole("button", { name: /^Take back what was decided about Privacy/ }).click();
  await member.getByRole("button", { name: "Take this: Privacy" }).waitFor();
  assert.match(await says("/adatum/privacy"), /for a year/);
});
