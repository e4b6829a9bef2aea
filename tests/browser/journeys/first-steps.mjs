// Somebody opens a Canvass that has just been started.

import assert from "node:assert/strict";
import { axe, journey, screens, shot } from "../support.mjs";

journey("the front page can be read on every screen", {}, async ({ canvass, page }) => {
  const health = await fetch(`${canvass.url}/-/health`);
  assert.equal(health.status, 200);

  for (const [name, screen] of Object.entries(screens)) {
    const visitor = await page(screen);
    const answer = await visitor.goto("/");
    assert.equal(answer.status(), 200);
    assert.notEqual((await visitor.getByRole("heading", { level: 1 }).innerText()).trim(), "");
    await axe(visitor);
    await shot(visitor, `front-${name}`);
  }
});

journey("the front page works in the dark and without JavaScript", {}, async ({ page }) => {
  const visitor = await page(screens.phone, { javaScriptEnabled: false, colorScheme: "dark" });
  await visitor.goto("/");
  assert.notEqual((await visitor.getByRole("heading", { level: 1 }).innerText()).trim(), "");
  await axe(visitor);
  await shot(visitor, "front-dark");
});
