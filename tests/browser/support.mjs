// What browser journeys stand on: a Chromium, and what is checked on every page.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { READY_MS_MAX, root, startCanvass } from "./canvass.mjs";

const tools = join(root, ".tools", "chromium");

/** How long one journey may take; then it hangs. */
const JOURNEY_MS_MAX = 120_000;

/** Screens journeys run on, in CSS pixels. `narrow` is the width at which WCAG 2.2 still wants no sideways scrolling. */
export const screens = {
  narrow: { width: 320, height: 640 },
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
};

/**
 * Runs one journey against a Canvass of its own, and fails it for anything a page complains about on its console.
 * `options` are those of `startCanvass` (canvass.mjs); the journey gets `{ canvass, page }`, `page` being `openPage` below.
 */
export function journey(name, options, walk) {
  test(name, { timeout: JOURNEY_MS_MAX }, async () => {
    const canvass = await startCanvass(options);
    const contexts = [];
    const complaints = [];
    const page = async (screen = screens.desk, settings = {}) => {
      const context = await openContext(canvass.url, screen, settings);
      contexts.push(context);
      return listenTo(await context.newPage(), complaints);
    };
    try {
      await walk({ canvass, page });
      assert.deepEqual(complaints, [], "the console of every page stays empty");
    } catch (error) {
      error.message += `\n\nCanvass said:\n${canvass.log()}`;
      throw error;
    } finally {
      await Promise.all(contexts.map((context) => context.close()));
      await canvass.stop();
    }
  });
}

let launched;

/** The one Chromium of this process: the pinned one with its own libraries and fonts, or CANVASS_CHROMIUM. */
export function browser() {
  launched ??= launch();
  return launched;
}

function launch() {
  const settings = {
    // Hosts of tenants' own are on this machine, whatever name they have.
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--host-resolver-rules=MAP *.example 127.0.0.1"],
    handleSIGTERM: false,
  };
  const own = process.env.CANVASS_CHROMIUM;
  if (own) return chromium.launch({ ...settings, executablePath: own });
  const executablePath = join(tools, "chromium");
  if (!existsSync(executablePath)) throw new Error("Chromium for the tests is missing: run script/bootstrap first");
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(tools, "lib"),
    FONTCONFIG_FILE: join(tools, "fonts.conf"),
    XDG_CACHE_HOME: join(tools, "cache"),
  };
  return chromium.launch({ ...settings, executablePath, env });
}

// The runner ends a file that hangs with SIGTERM; what it started must not outlive it.
process.once("SIGTERM", () => process.exit(1));

after(async () => (await launched)?.close());

const settingsOf = new WeakMap();

async function openContext(baseURL, screen, { javaScriptEnabled = true, colorScheme = "light", ...others }) {
  const settings = { baseURL, viewport: screen, javaScriptEnabled, colorScheme, reducedMotion: "reduce", ...others };
  const context = await (await browser()).newContext(settings);
  settingsOf.set(context, settings);
  context.setDefaultTimeout(READY_MS_MAX);
  return context;
}

// A refusal that a journey provokes on purpose shows as "Failed to load resource": its page, not its console, is tested.
// Hosts with a name of their own have no certificate here, and browsers say which header they then leave out.
const expected = ["Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored"];

function listenTo(page, complaints) {
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    const isComplaint = message.type() === "error" || message.type() === "warning";
    if (isComplaint && !expected.some((it) => message.text().startsWith(it))) {
      complaints.push(`${page.url()}: ${message.text()}`);
    }
  });
  return page;
}

/** The ways in which a page is looked at: both screens, in both schemes. A neighbour differs in one thing only: that is quicker. */
export const sights = [
  { size: "desk", colorScheme: "light" },
  { size: "desk", colorScheme: "dark" },
  { size: "phone", colorScheme: "dark" },
  { size: "phone", colorScheme: "light" },
];

/** Judges the page that is open in all ways, pictures it under this name, and judges it on the narrowest screen. */
export async function look(visitor, name) {
  for (const { size, colorScheme } of sights) {
    await visitor.setViewportSize(screens[size]);
    await visitor.emulateMedia({ colorScheme });
    await axe(visitor);
    await shot(visitor, `${name}-${size}-${colorScheme}`);
  }
  await visitor.setViewportSize(screens.narrow);
  await axe(visitor);
  await visitor.setViewportSize(screens.desk);
  await visitor.emulateMedia({ colorScheme: "light" });
}

/**
 * Fails on any violation axe finds, and on what it lets pass: see `ownFindings`. What a frame shows is a page of its
 * own, with landmarks of its own, to be opened and checked as one.
 */
export async function axe(page) {
  if (!settingsOf.get(page.context()).javaScriptEnabled) return withScripting(page, axe);
  // Preloading would copy styles into the page, which its policy refuses; only an experimental rule wants them.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().exclude("iframe").options({ preload: false }).analyze();
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
  assert.deepEqual([...found, ...(await page.evaluate(ownFindings))], [], `accessibility of ${page.url()}`);
}

// axe is a script, so a page without scripting is judged by its twin: the same document and styles, none of its scripts.
async function withScripting(page, judge) {
  const settings = { ...settingsOf.get(page.context()), javaScriptEnabled: true };
  const context = await (await browser()).newContext({ ...settings, storageState: await page.context().storageState() });
  settingsOf.set(context, settings);
  try {
    const document = await page.content();
    await context.route("**/*", (route) => {
      const request = route.request();
      const isTwin = request.isNavigationRequest() && request.frame().parentFrame() === null;
      if (isTwin) return route.fulfill({ contentType: "text/html; charset=utf-8", body: document });
      return request.resourceType() === "script" ? route.abort() : route.continue();
    });
    const twin = await context.newPage();
    await twin.goto(page.url());
    await judge(twin);
  } finally {
    await context.close();
  }
}

// Runs in the page. axe takes a placeholder for a name, leaves sideways scrolling alone, and does not mind a control
// that has nothing but a title.
function ownFindings() {
  const found = [];
  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const isButton = ["submit", "button", "reset", "image"].includes(control.type);
    const label = [...(control.labels ?? [])].map((each) => each.textContent).join("");
    const named = (control.getAttribute("aria-labelledby") ?? "")
      .split(/\s+/)
      .map((id) => (id && document.getElementById(id)?.textContent) ?? "")
      .join("");
    const name = label + named + (control.getAttribute("aria-label") ?? "");
    if (!isButton && name.trim() === "") found.push(`a control without a label: ${control.outerHTML}`);
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page scrolls sideways: ${scrollWidth} > ${clientWidth} px`);
  return found;
}

let folderOfShots;

/** Saves a picture of the whole page as `name`.png, below CANVASS_SHOTS or a temporary folder, and returns its path. */
export async function shot(page, name) {
  folderOfShots ??= process.env.CANVASS_SHOTS ?? (await mkdtemp(join(tmpdir(), "canvass-shots-")));
  await mkdir(folderOfShots, { recursive: true });
  const path = join(folderOfShots, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}
