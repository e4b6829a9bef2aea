// A tenant's pages at hosts of its own, in a browser: the domain is claimed, proved by a record in a real name server and
// chosen; people answer there with and without JavaScript.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "../canvass.mjs";
import { entranceTo, signIn } from "../people.mjs";
import { axe, journey, look, screens } from "../support.mjs";

const domain = "ask.adatum.example";
const address = "customer-satisfaction";

/** The name server of the tests (crates/canvass/tests/data/dns.py); `say` tells it how a name answers. */
const names = await startNameServer();
after(() => names.stop());

async function startNameServer() {
  const program = join(root, "crates", "canvass", "tests", "data", "dns.py");
  const child = spawn(join(root, ".tools", "python", "bin", "python"), [program], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: port } = await lines.next();
  const say = async (name, how) => {
    child.stdin.write(`${name} ${how}\n`);
    assert.equal((await lines.next()).value, "ok");
  };
  return { port, say, stop: () => child.kill() };
}

/** Two tenants at `surveys.example`, with hosts of their own. */
const hosting = {
  args: ["--demo"],
  host: "surveys.example",
  env: { CANVASS_SERVER__SUBDOMAINS: "true", CANVASS_DOMAINS__RESOLVER: `127.0.0.1:${names.port}` },
};

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

const at = (canvass, host, path = "/") => canvass.url.replace("surveys.example", host) + path;

journey("an administrator brings a domain along, and people answer there", hosting, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  await member.goto("/-/console/adatum/pages");
  await member.getByRole("link", { name: "Domains" }).click();
  await member.getByText("There is no domain yet.").waitFor();
  await look(member, "domains-empty");

  await member.getByLabel("Domain", { exact: true }).fill("https://ask.adatum.example/");
  await member.getByRole("button", { name: "Claim domain" }).click();
  await member.locator(".error-summary").waitFor();
  await look(member, "domains-refused");
  await member.getByLabel("Domain", { exact: true }).fill("Ask.Adatum.Example");
  await member.getByRole("button", { name: "Claim domain" }).click();
  await member.getByRole("heading", { name: domain }).waitFor();
  await look(member, "domain-waiting");

  const record = await member.locator("#record-name").innerText();
  await member.getByRole("button", { name: "Look now" }).click();
  await member.getByText(`There is no TXT record at ${record}`).waitFor();
  await look(member, "domain-missing");
  await names.say(record, `text ${await member.locator("#record-value").innerText()}`);
  // Looks come no closer than five seconds; by then the button works again.
  await assert.doesNotReject(async () => {
    for (let tries = 0; tries < 20; tries += 1) {
      await member.getByRole("button", { name: "Look now" }).click();
      if (await member.getByText("Verified", { exact: true }).isVisible()) return;
      await member.waitForTimeout(500);
    }
    throw new Error("the domain never was verified");
  });
  await look(member, "domain-verified");

  await member.getByRole("link", { name: "Domains" }).click();
  await member.getByLabel(new RegExp(`http://${domain}`)).check();
  await member.getByLabel("Lead visitors of the other addresses there").check();
  await member.getByRole("button", { name: "Save" }).click();
  await member.getByText("Saved.").waitFor();
  await look(member, "domains-chosen");

  for (const javaScriptEnabled of [true, false]) {
    const respondent = await page(screens.phone, { javaScriptEnabled });
    await respondent.goto(at(canvass, "surveys.example", `/adatum/${address}`));
    assert.equal(respondent.url(), at(canvass, domain, `/${address}`), "the path address leads to the primary one");
    assert.equal(await respondent.locator("link[rel=canonical]").getAttribute("href"), respondent.url());
    if (javaScriptEnabled) await look(respondent, "hosted-survey");
    else await axe(respondent);
    await answerEverything(respondent);
    assert(respondent.url().startsWith(at(canvass, domain)), respondent.url());
    assert.deepEqual(await respondent.context().cookies(), [], "nothing is kept of who answers");
  }

  const visitor = await page();
  await visitor.goto(at(canvass, domain));
  await visitor.getByRole("heading", { name: /Surveys by/ }).waitFor();
  await look(visitor, "hosted-index");
  assert.equal((await visitor.goto(at(canvass, domain, "/-/login"))).status(), 404);
  await look(visitor, "hosted-not-found");
  await visitor.goto(at(canvass, domain));
  assert.equal(
    await visitor.getByRole("link", { name: "Made with Canvass" }).getAttribute("href"),
    at(canvass, "surveys.example"),
  );

  // The member's session is not known there, and their console goes on as before.
  await member.goto(at(canvass, domain, "/-/console/adatum"));
  await member.getByRole("heading", { name: "There is no page here" }).waitFor();
  await member.goto(`/-/console/adatum/domains/${domain}`);
  await member.getByText("Give back…").click();
  await member.getByRole("button", { name: `Give back ${domain}` }).click();
  await member.getByText("Given back").waitFor();
  assert.equal((await visitor.goto(at(canvass, domain))).status(), 404);
});

journey("a tenant's host below the installation's shows its pages in their look", hosting, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  await member.goto("/-/console/adatum/brand");
  await member.frameLocator("iframe").getByRole("heading").first().waitFor();
  const visitor = await page(screens.phone, { colorScheme: "dark" });
  await visitor.goto(at(canvass, "adatum.surveys.example", `/${address}`));
  await look(visitor, "subdomain-survey");
  await answerEverything(visitor);
  assert.equal((await visitor.goto(at(canvass, "nobody.surveys.example"))).status(), 404);
  assert.equal((await visitor.locator("body").innerText()).trim(), "There is nothing at this address");
});

/** A script whose page says what it can do in a browser. */
const ACTING = `def page(request):
    return """<p id="did">nothing</p><script>
        const can = (what) => { try { what(); return "yes"; } catch { return "no"; } };
        const cookies = can(() => { document.cookie = "tossed=1; Domain=surveys.example; Path=/"; });
        const storage = can(() => localStorage.setItem("a", "b"));
        document.getElementById("did").textContent = JSON.stringify({ cookies, storage });
    </script>"""
`;

journey("a script's page acts at a host of the tenant's own and reaches no cookie of the console", {
  ...hosting,
  env: { ...hosting.env, CANVASS_SCRIPTS__MODE: "on" },
}, async ({ canvass, page }) => {
  const member = await signIn(canvass, await page());
  const { token } = await entranceTo(canvass, "adatum");
  // Programs find the installation by its address; only the browser is told where its name leads.
  const { host, port } = new URL(canvass.url);
  const installation = `http://127.0.0.1:${port}/api/v1`;
  const headers = { authorization: `Bearer ${token}`, host };
  const api = async (method, path, options) => {
    const answer = await member.request.fetch(`${installation}${path}`, { method, headers, ...options });
    assert(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json().catch(() => undefined);
  };
  const python = { headers: { ...headers, "content-type": "text/x-python" }, data: ACTING };
  for (const deadline = Date.now() + 110_000; Date.now() < deadline; await pause(500)) {
    if ((await member.request.put(`${installation}/scripts/acting`, python)).ok()) break;
  }
  await api("PUT", "/scripts/acting/settings", { data: { trigger: { kind: "page" } } });
  await api("PUT", "/pages/acting", { data: { kind: "script", target: "acting" } });
  const { record } = await api("POST", "/domains", { data: { domain } });
  await names.say(record.name, `text ${record.value}`);
  await api("POST", `/domains/${domain}/verification`, { data: {} });

  // Below the installation's address the program's HTML is cleaned.
  await member.goto("/adatum/acting");
  assert.equal(await member.locator("#did, p").first().innerText(), "nothing");

  const did = async (url) => {
    await member.goto(url);
    await member.locator("#did", { hasText: "{" }).waitFor();
    return JSON.parse(await member.locator("#did").innerText());
  };
  // At a host of the same site as the console it acts without an origin: nothing can be tossed into anybody's cookies.
  assert.deepEqual(await did(at(canvass, "adatum.surveys.example", "/acting")), { cookies: "no", storage: "no" });
  // At a domain of its own it has an origin, which is not the console's.
  assert.deepEqual(await did(at(canvass, domain, "/acting")), { cookies: "yes", storage: "yes" });
  const cookies = await member.context().cookies();
  assert(!cookies.some((it) => it.name === "tossed"), JSON.stringify(cookies));
  const session = cookies.find((it) => it.name.endsWith("canvass"));
  assert(session.httpOnly && session.domain === "surveys.example", JSON.stringify(session));
  await member.goto("/-/console/adatum");
  await member.getByRole("heading", { level: 1 }).waitFor();
});
