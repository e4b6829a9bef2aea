// A tenant chooses its look, and what means harm changes nothing of a page but its looks.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../canvass.mjs";
import { demo, entranceTo, signIn } from "../people.mjs";
import { axe, journey, screens, shot } from "../support.mjs";

const brand = "/-/console/adatum/brand";
const survey = "/adatum/customer-satisfaction";
const schemes = ["light", "dark"];

const corpus = async (name) =>
  JSON.parse(await readFile(join(root, "crates", "canvass-format", "tests", "data", `${name}-styles.json`), "utf8"));

/** A logo: a plum disc beside a bar, drawn by the browser. */
async function logo(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 160 });
    const context = canvas.getContext("2d");
    context.fillStyle = "#a8327d";
    context.arc(80, 80, 72, 0, 7);
    context.fill();
    context.fillRect(190, 56, 420, 48);
    return canvas.toDataURL("image/png");
  });
  return { name: "logo.png", mimeType: "image/png", buffer: Buffer.from(url.split(",")[1], "base64") };
}

const css = `.survey-title { font-weight: 800; letter-spacing: -0.02em }
.option { border-width: 2px }
.header { border-bottom: 4px solid var(--accent) }
.button { text-transform: uppercase; letter-spacing: 0.06em }`;

/** Chooses theme, logo and CSS, as somebody at the console does. */
async function dress(member) {
  await member.goto(brand);
  await member.locator("#f-light_accent").fill("#8a1f68");
  await member.locator("#f-light_background").fill("#fff9f2");
  await member.locator("#f-dark_accent").fill("#f2a9d6");
  await member.locator("#f-dark_background").fill("#1d1422");
  await member.getByLabel("Typeface").selectOption("classic");
  await member.getByLabel("Corners").selectOption("round");
  await member.getByLabel("Room").selectOption("airy");
  await member.getByLabel("Welcome").fill("We read **every** answer.");
  await member.getByRole("button", { name: "Save theme" }).click();
  await member.getByRole("button", { name: "Undo last change" }).waitFor();
  await member.getByLabel("Picture").setInputFiles(await logo(member));
  await member.getByRole("button", { name: "Use this picture" }).click();
  await member.getByAltText("The logo of Adatum").waitFor();
  await member.getByLabel("Rules").fill(css);
  await member.getByRole("button", { name: "Save CSS" }).click();
  await member.waitForURL(brand);
}

journey("a tenant is dressed in its own look, light and dark, on every screen", demo, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "adatum", "creator");
  await member.goto(brand);
  await axe(member);
  await shot(member, "brand-before-desk");
  await dress(member);
  await axe(member);
  await shot(member, "brand-desk");

  const frame = member.frameLocator("live-preview iframe");
  await frame.getByRole("heading", { name: "How did we do?" }).waitFor();
  await member.locator("#f-light_accent").fill("#0a5c8a");
  const accent = (it) => getComputedStyle(it).getPropertyValue("--accent").trim();
  const shown = async () => frame.locator("html").evaluate(accent);
  for (let tries = 0; (await shown()) !== "#0a5c8a" && tries < 100; tries++) await member.waitForTimeout(50);
  assert.equal(await shown(), "#0a5c8a", "the preview follows the form");
  await member.locator("#f-light_accent").fill("#ffe08a");
  await member.getByRole("button", { name: "Save theme" }).click();
  await member.locator(".error-summary").waitFor();
  await axe(member);
  await shot(member, "brand-refused-desk");
  await member.goto(brand);
  await member.getByLabel("Rules").fill(".button { opacity: 0 }\nbody { color: red }");
  await member.getByRole("button", { name: "Save CSS" }).click();
  await member.getByText("Line 2, column 1").first().waitFor();
  await axe(member);

  for (const colorScheme of schemes) {
    for (const [screen, size] of [["desk", screens.desk], ["phone", screens.phone]]) {
      const visitor = await page(size, { colorScheme });
      for (const [name, path] of [["list", "/adatum"], ["survey", survey], ["thanks", `${survey}?thanks`]]) {
        await visitor.goto(path);
        await visitor.getByAltText("Adatum").waitFor();
        const width = await visitor.getByAltText("Adatum").evaluate((it) => it.complete && it.naturalWidth);
        assert.equal(width, 640, "the logo is there");
        await axe(visitor);
        await shot(visitor, `branded-${name}-${screen}-${colorScheme}`);
      }
      await visitor.goto(survey);
      await visitor.getByLabel("How many people in your organisation use it?").fill("a few");
      await visitor.getByLabel("Two to five years").check();
      await visitor.getByRole("button", { name: "Next" }).click();
      await visitor.locator(".error-summary").waitFor();
      await axe(visitor);
      await shot(visitor, `branded-errors-${screen}-${colorScheme}`);
    }
    const narrow = await page(screens.narrow, { colorScheme });
    await narrow.goto(survey);
    await axe(narrow);
    const console = await signIn(canvass, await page(screens.phone, { colorScheme }), "adatum", "creator");
    await console.goto(brand);
    await axe(console);
    await shot(console, `brand-phone-${colorScheme}`);
    const sample = await signIn(canvass, await page(screens.desk, { colorScheme }), "adatum", "creator");
    await sample.goto(`${brand}/preview`);
    await axe(sample);
    await shot(sample, `brand-sample-desk-${colorScheme}`);
    await sample.goto(brand);
    await shot(sample, `brand-desk-${colorScheme}`);
  }
  const other = await page();
  await other.goto("/fabrikam");
  const own = (it) => getComputedStyle(it).getPropertyValue("--brand").trim();
  assert.equal(await other.locator("html").evaluate(own), "#0b6650", "another tenant looks as before");
});

journey("a look is chosen without JavaScript", demo, async ({ canvass, page }) => {
  const visitor = await page(screens.phone, { javaScriptEnabled: false });
  const member = await signIn(canvass, visitor, "adatum", "creator");
  await member.goto(brand);
  await member.getByLabel("Corners").selectOption("square");
  await member.getByRole("button", { name: "Preview" }).click();
  await member.waitForURL(/corners=square/);
  assert.match(await member.locator("live-preview iframe").getAttribute("src"), /corners=square/);
  assert.equal(await member.getByLabel("Corners").inputValue(), "square");
  await member.getByRole("button", { name: "Save theme" }).click();
  await member.getByRole("button", { name: "Undo last change" }).click();
  assert.equal(await member.getByLabel("Corners").inputValue(), "soft");
  await axe(member);
});

/** Opens the survey, and holds that nothing came from elsewhere and that its button can be seen and pressed. */
async function assertUsable(visitor, origin, what) {
  const strangers = [];
  const watch = (request) => new URL(request.url()).origin === origin || strangers.push(request.url());
  visitor.on("request", watch);
  await visitor.goto(survey);
  for (const name of [/^Next$/i]) {
    const button = visitor.getByRole("button", { name });
    await button.hover({ trial: true });
    await button.click({ trial: true });
    const size = await button.boundingBox();
    assert.ok(size.width >= 44 && size.height >= 44, `${what}: the button is ${size.width} by ${size.height}`);
  }
  await visitor.getByLabel("Two to five years").click({ trial: true });
  visitor.off("request", watch);
  assert.deepEqual(strangers, [], what);
}

/** A sheet that goes as far as may be gone, in every part at once. */
const extreme = `.header,.survey,.survey-title,.introduction,.section,.question,.question-label,.help,.option,.button,.footer
{border:12px double var(--accent);padding:96px;margin-block:96px;box-shadow:24px 24px 24px 24px var(--line),-24px -24px 0 24px var(--line);border-radius:64px}
.survey{max-width:288px}.survey-title,.button{font-size:64px}.help,.footer{font-size:12px;line-height:1}
.question-label{letter-spacing:-0.8px;text-shadow:8px 8px 8px var(--background)}.option{letter-spacing:8px}`;

journey("whatever a tenant writes, its page asks nobody else and can be filled in", demo, async ({ canvass, page }) => {
  const { token } = await entranceTo(canvass, "adatum");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const call = (method, body) => fetch(`${canvass.url}/api/v1/brand`, { method, headers, body: body && JSON.stringify(body) });
  const { theme } = await (await call("GET")).json();
  const visitor = await page(screens.phone);
  const taken = [];
  for (const { name, css, repeat, refused } of await corpus("hostile")) {
    const source = repeat ? repeat.text.repeat(repeat.times) : css;
    const answer = await call("PUT", { theme, css: source });
    if (answer.status !== 422) taken.push(`${name}: ${answer.status}`);
    const { errors } = await answer.json();
    assert.equal(errors.length, refused.length, name);
  }
  assert.deepEqual(taken, [], "the hostile corpus is refused as a whole");
  await assertUsable(visitor, canvass.url, "after the hostile corpus");
  for (const { name, css } of [...(await corpus("benign")), { name: "as far as may be gone", css: extreme }]) {
    const answer = await call("PUT", { theme, css });
    assert.equal(answer.status, 200, `${name}: ${await answer.text()}`);
    await assertUsable(visitor, canvass.url, name);
  }
  await shot(visitor, "brand-extreme-phone");
});
