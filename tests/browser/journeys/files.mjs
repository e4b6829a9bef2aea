// A creator uploads files, gives them addresses, replaces and throws them away; a scanner that is away keeps them waiting.

import assert from "node:assert/strict";
import { demo, signIn } from "../people.mjs";
import { axe, journey, look, screens, shot } from "../support.mjs";

const files = "/-/console/adatum/files";

/** A real picture, drawn by the browser. */
async function picture(page, name) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
    const context = canvas.getContext("2d");
    context.fillStyle = "#0b6650";
    context.fillRect(20, 20, 280, 160);
    return canvas.toDataURL("image/png");
  });
  return { name, mimeType: "image/png", buffer: Buffer.from(url.split(",")[1], "base64") };
}

/** A second of silence, as WAV. */
function silence(name) {
  const bytes = Buffer.alloc(44 + 8000, 0x80);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 8000, 4);
  bytes.write("WAVEfmt ", 8);
  [16, 0x10001, 8000, 8000, 0x80001].forEach((value, at) => bytes.writeUInt32LE(value, 16 + 4 * at));
  bytes.write("data", 36);
  bytes.writeUInt32LE(8000, 40);
  return { name, mimeType: "audio/wav", buffer: bytes };
}

journey("a file is uploaded, served, replaced and thrown away", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "adatum", "creator");
  await member.goto(files);
  await member.getByRole("heading", { name: "No files yet" }).waitFor();
  await look(member, "files-empty");

  await member.getByLabel("File", { exact: true }).setInputFiles(await picture(member, "Floor plan, second storey.png"));
  await member.getByRole("button", { name: "Upload" }).click();
  await member.getByText("is uploaded. A page gives it an address.").waitFor();
  await look(member, "files-uploaded");
  await member.getByRole("link", { name: "Make a page for it" }).click();
  await member.getByLabel("Address").fill("plan");
  await look(member, "files-page-form");
  await member.getByRole("button", { name: "Make the page" }).click();
  await member.getByText("The page is made.").waitFor();

  const visitor = await page();
  await visitor.goto("/adatum/plan");
  const width = await visitor.locator("img").evaluate((it) => it.complete && it.naturalWidth);
  assert.equal(width, 320, "the browser shows the picture");

  await member.goto("/-/console/adatum/pages/new?kind=file");
  await member.getByLabel("Title").fill("Welcome");
  await member.getByLabel("Or upload another").setInputFiles(silence("welcome.wav"));
  await member.getByRole("button", { name: "Upload and choose" }).click();
  await member.getByText("The file is uploaded and chosen.").waitFor();
  assert.equal(await member.getByLabel("Title").inputValue(), "Welcome", "what was typed stays");
  await axe(member);
  await member.getByLabel("Address").fill("greeting");
  await member.getByRole("button", { name: "Make the page" }).click();
  await member.getByText("The page is made.").waitFor();
  await visitor.goto("/adatum/greeting");
  const length = await visitor.locator("video, audio").first().evaluate(
    (it) => (it.readyState ? it.duration : new Promise((done) => it.addEventListener("loadedmetadata", () => done(it.duration)))),
  );
  assert.equal(Math.round(length), 1, "the browser plays the sound");

  await member.goto(files);
  await look(member, "files-list");
  await member.getByRole("link", { name: "Floor plan, second storey.png" }).click();
  await member.getByLabel("New content").setInputFiles(await picture(member, "other.png"));
  await member.getByRole("button", { name: "Replace" }).click();
  await member.getByText("The new content is uploaded.").waitFor();
  await look(member, "files-one");
  await member.getByRole("button", { name: "Throw away" }).click();
  await member.getByText("This file is served at plan.").waitFor();
  await axe(member);
  await shot(member, "files-refused-desk");

  await member.goto(files);
  const large = { name: "large.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(10) };
  await member.locator("upload-progress").evaluate((it) => it.setAttribute("bytes-max", "9"));
  await member.getByLabel("File", { exact: true }).setInputFiles(large);
  await member.getByText("This file is larger than that; choose another.").waitFor();
  await member.getByRole("button", { name: "Upload" }).click();
  assert.equal(new URL(member.url()).pathname, files, "nothing was sent");
});

journey("without script a file is uploaded all the same", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(screens.phone, { javaScriptEnabled: false }), "adatum", "creator");
  await member.goto(files);
  const text = { name: "menu.txt", mimeType: "text/plain", buffer: Buffer.from("Soup of the day\n") };
  await member.getByLabel("File", { exact: true }).setInputFiles(text);
  await member.getByRole("button", { name: "Upload" }).click();
  await member.getByText("is uploaded. A page gives it an address.").waitFor();
  await axe(member);
  await member.goto("/-/console/adatum/pages/new?kind=file");
  await member.getByLabel("Or upload another").setInputFiles(text);
  await member.getByRole("button", { name: "Upload and choose" }).click();
  await member.getByText("The file is uploaded and chosen.").waitFor();
});

const away = { ...demo, env: { CANVASS_FILES__CLAMD: "127.0.0.1:1" } };

journey("a file waits while the virus scanner is away", away, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "adatum", "creator");
  await member.goto(files);
  await member.getByLabel("File", { exact: true }).setInputFiles(await picture(member, "menu.png"));
  await member.getByRole("button", { name: "Upload" }).click();
  await member.getByText("Not served yet: the virus scanner cannot be reached").waitFor();
  await look(member, "files-waiting");
  await member.getByRole("link", { name: "menu.png" }).first().click();
  await member.getByText("Not served yet").waitFor();
  await look(member, "files-one-waiting");
});
