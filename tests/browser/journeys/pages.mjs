// A member makes, changes, orders and throws away pages: by keyboard, by two at once, and without JavaScript.

import assert from "node:assert/strict";
import { demo, hasFocus, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

const pages = "/-/console/adatum/pages";

/** The pages in sight, in their order. */
const order = (member) => member.locator(".tree .item-title > a").allInnerTexts();

/** Writes a document and saves it. */
const write = async (member, title, body, address) => {
  await member.goto(`${pages}/new?kind=document`);
  await member.getByLabel("Title").fill(title);
  if (address) await member.getByLabel("Address", { exact: true }).fill(address);
  await member.getByLabel("Text", { exact: true }).fill(body);
  await member.getByRole("button", { name: "Make the page" }).click();
  await member.getByText("The page is made.").waitFor();
};

journey("a document is written, previewed and moved, and its pages are put in order by keyboard", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  await member.goto(pages);
  await axe(member);
  await member.getByRole("link", { name: "New page" }).first().click();
  await member.getByRole("heading", { level: 1, name: "New page" }).waitFor();
  await axe(member);
  await shot(member, "pages-kinds-desk");
  await member.getByRole("link", { name: "Document" }).click();
  await member.getByLabel("Title").fill("Who we are");
  await member.getByText("who-we-are is free").waitFor();
  assert.equal(await member.getByLabel("Address", { exact: true }).inputValue(), "who-we-are");
  await member.getByLabel("Text", { exact: true }).fill("# Who we are\n\nThree people and a **kettle**.\n\n- Ada\n- Carl");
  await member.getByRole("button", { name: "Preview" }).click();
  const heading = member.getByRole("heading", { level: 2, name: "Preview" });
  await heading.waitFor();
  assert.equal(await hasFocus(heading), true, "the preview has focus");
  await axe(member);
  await shot(member, "pages-preview-desk");
  await member.getByRole("button", { name: "Make the page" }).click();
  await member.getByText("The page is made.").waitFor();
  const save = member.getByRole("button", { name: "Save", exact: true });
  assert.equal(await hasFocus(save), true, "the button one sees has focus, not the one the Enter key presses");
  await axe(member);
  await shot(member, "pages-form-desk");

  await write(member, "Ada", "Begins early.", "who-we-are/ada");
  await write(member, "Carl", "Begins late.", "who-we-are/carl");
  await member.goto(pages);
  const before = await order(member);
  assert.deepEqual(before.slice(before.indexOf("Ada")), ["Ada", "Carl"]);
  await axe(member);
  await shot(member, "pages-desk");
  const up = member.getByRole("button", { name: "Move Carl up" });
  await up.focus();
  await member.keyboard.press("Enter");
  await member.getByText("“Carl” is now page 1 of 2").waitFor({ state: "attached" });
  let now = await order(member);
  assert.deepEqual(now.slice(now.indexOf("Carl")), ["Carl", "Ada"]);
  await member.getByRole("button", { name: "Move Ada up" }).focus();
  await member.keyboard.press("Alt+ArrowUp");
  await member.getByText("“Ada” is now page 1 of 2").waitFor({ state: "attached" });
  now = await order(member);
  assert.deepEqual(now.slice(now.indexOf("Ada")), ["Ada", "Carl"]);

  const grips = member.locator(".tree .items .items .grip");
  const [from, to] = [await grips.nth(0).boundingBox(), await grips.nth(1).boundingBox()];
  await member.mouse.move(from.x + 5, from.y + 5);
  await member.mouse.down();
  await member.mouse.move(to.x + 5, to.y + to.height + 12, { steps: 5 });
  await member.mouse.up();
  await member.getByText("“Ada” is now page 2 of 2").waitFor({ state: "attached" });

  await member.getByRole("link", { name: "Who we are", exact: true }).click();
  await member.getByLabel("Address", { exact: true }).fill("team");
  await member.getByRole("radio", { name: /With a password/ }).check();
  await member.getByLabel("Password of this page", { exact: true }).fill("seven slow otters");
  await member.getByRole("button", { name: "Save", exact: true }).last().click();
  await member.getByText("Saved.").waitFor();
  await member.goto(pages);
  await member.getByRole("heading", { name: "Earlier addresses" }).waitFor();
  await axe(member);
  await shot(member, "pages-moved-desk");
  await member.getByRole("button", { name: "Throw Carl away" }).click();
  await member.getByText("“Carl” is in the trash.").waitFor();
  await axe(member);
  await member.getByRole("button", { name: "Undo" }).click();
  await member.getByText("“Carl” is back at team/carl.").waitFor();
});

journey("two who edit one page see both versions", demo, async ({ canvass, page }) => {
  const [one, two] = [await signIn(canvass, await page()), await signIn(canvass, await page(), "adatum", "creator")];
  await write(one, "Lunch", "Soup today, fish tomorrow");
  const address = new URL(one.url()).pathname;
  await two.goto(address);
  await one.getByLabel("Text", { exact: true }).fill("Pie today, fish tomorrow");
  await one.getByRole("button", { name: "Save", exact: true }).last().click();
  await one.getByText("Saved.").waitFor();
  await two.getByLabel("Text", { exact: true }).fill("Salad today, fish tomorrow");
  await two.getByRole("button", { name: "Save", exact: true }).last().click();
  const notice = two.locator("#conflict");
  await notice.waitFor();
  assert.equal(await hasFocus(notice), true, "the notice has focus");
  await axe(two);
  await shot(two, "pages-conflict-desk");
  await two.getByRole("button", { name: "Keep mine" }).click();
  await two.getByText("Saved.").waitFor();
  assert.equal(await two.getByLabel("Text", { exact: true }).inputValue(), "Salad today, fish tomorrow");
});

journey("pages are managed on a phone in the dark without JavaScript", demo, async ({ canvass, page }) => {
  const settings = { javaScriptEnabled: false, colorScheme: "dark" };
  const member = await signIn(canvass, await page(screens.phone, settings));
  await member.goto(`${pages}/new`);
  await axe(member);
  await shot(member, "pages-kinds-phone-dark");
  await member.getByRole("link", { name: "Redirect", exact: true }).click();
  await member.getByLabel("Title").fill("Our shop");
  await member.getByLabel("Leads to").fill("https://shop.adatum.example/");
  await member.getByRole("button", { name: "Make the page" }).click();
  await member.getByRole("link", { name: /Redirects to shop.adatum.example are not allowed yet/ }).waitFor();
  await axe(member);
  await shot(member, "pages-error-phone-dark");
  await member.goto(`${pages}/hosts`);
  await member.getByLabel("Hosts, one per line").fill("shop.adatum.example");
  await member.getByRole("button", { name: "Save" }).click();
  await axe(member);
  await shot(member, "pages-hosts-phone-dark");
  await member.goto(`${pages}/new?kind=redirect`);
  await member.getByLabel("Title").fill("Our shop");
  await member.getByLabel("Leads to").fill("https://shop.adatum.example/");
  await member.getByLabel("Closes (UTC)").fill("2030-01-01T12:00");
  await member.getByRole("radio", { name: /Unlisted/ }).check();
  await member.getByRole("button", { name: "Make the page" }).click();
  await member.getByText("The page is made.").waitFor();
  await shot(member, "pages-form-phone-dark");
  await member.goto(pages);
  await axe(member);
  await shot(member, "pages-phone-dark");
  await member.getByRole("button", { name: "Throw Our shop away" }).click();
  await member.goto(`${pages}?status=trash`);
  await axe(member);
  await shot(member, "pages-trash-phone-dark");
  await member.getByRole("button", { name: "Restore Our shop" }).click();
  await member.getByText("“Our shop” is back at our-shop.").waitFor();
});

journey("the pages fit every screen in both schemes", demo, async ({ canvass, page }) => {
  for (const [name, screen] of Object.entries(screens)) {
    for (const colorScheme of ["light", "dark"]) {
      const member = await signIn(canvass, await page(screen, { colorScheme }));
      await member.goto(pages);
      await axe(member);
      await shot(member, `pages-list-${name}-${colorScheme}`);
      await member.goto(`${pages}/new?kind=document`);
      await axe(member);
      await shot(member, `pages-new-${name}-${colorScheme}`);
    }
  }
});
