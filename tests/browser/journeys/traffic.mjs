// What a tenant sees of visits to its pages: nothing at first, then who came from where, over four periods.

import assert from "node:assert/strict";
import { demo, signIn } from "../people.mjs";
import { axe, journey, look } from "../support.mjs";

/** Visits are written at once, so that a page opened after them shows them. */
const quick = { ...demo, env: { CANVASS_TRAFFIC__WRITE_INTERVAL_MS: "20" } };

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const TABLET =
  "Mozilla/5.0 (Linux; Android 12; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
const DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";
const ROBOT = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)";

/** How often, what, with which browser, and from where. */
const VISITS = [
  [24, "/adatum/customer-satisfaction", PHONE, "https://www.news.example/article/7"],
  [13, "/adatum/customer-satisfaction", DESK, "https://intranet.adatum.example/start"],
  [9, "/adatum", DESK, undefined],
  [4, "/adatum", TABLET, "https://a-very-long-name-of-a-site-that-nobody-would-type.social.example/"],
  [6, "/adatum", ROBOT, undefined],
  [3, "/adatum/wp-login.php", "curl/8.5.0", undefined],
];

journey("a tenant sees who visits its pages, and how", quick, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page(), "fabrikam");
  await member.getByRole("navigation", { name: "Fabrikam Furniture" }).getByRole("link", { name: "Traffic" }).click();
  await member.getByRole("link", { name: "24 hours" }).click();
  await look(member, "traffic-before");

  for (const [times, path, agent, referrer] of VISITS) {
    const headers = { "user-agent": agent, ...(referrer && { referer: referrer }) };
    for (let nth = 0; nth < times; nth++) await (await fetch(canvass.url + path, { headers })).arrayBuffer();
  }
  const ada = await signIn(canvass, await page(), "adatum");
  await ada.goto("/-/console/adatum/traffic");
  const requests = ada.locator(".figures div", { hasText: "requests" }).locator("dd");
  for (let tries = 0; (await requests.textContent()) !== "59"; tries++) {
    assert(tries < 100, `59 visits are counted, not ${await requests.textContent()}`);
    await ada.reload();
  }
  await ada.getByRole("heading", { name: "Sources" }).waitFor();
  assert.deepEqual(await ada.locator(".bars tbody tr", { hasText: "news.example" }).locator("td").allTextContents(), ["24", "24"]);
  assert.deepEqual(await ada.locator(".bars tbody tr", { hasText: "Robots" }).locator("td").allTextContents(), ["0", "6"]);
  for (const period of ["24 hours", "7 days", "30 days", "12 months"]) {
    await ada.getByRole("link", { name: period }).click();
    assert.equal(await ada.locator(".tabs [aria-current=page]").textContent(), period);
    await look(ada, `traffic-${period.replace(" ", "-")}`);
  }
  await ada.getByText("All values").first().click();
  await ada.getByRole("region", { name: "Views over time" }).waitFor();
  await axe(ada);

  const [file] = await Promise.all([ada.waitForEvent("download"), ada.getByRole("link", { name: "CSV" }).click()]);
  assert.equal(file.suggestedFilename(), "adatum-traffic-12m.csv");
});
