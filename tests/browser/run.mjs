// Runs the journeys one after another: `node tests/browser/run.mjs [NAME…]`, NAME being a part of a file's name.
// The last line counts them.

import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

/** A file of journeys that has not ended by then never will. */
const FILE_MS_MAX = 600_000;

const folder = join(dirname(fileURLToPath(import.meta.url)), "journeys");
const names = process.argv.slice(2);
const files = (await readdir(folder))
  .filter((file) => file.endsWith(".mjs") && (names.length === 0 || names.some((name) => file.includes(name))))
  .sort()
  .map((file) => join(folder, file));

let passed = 0;
let failed = 0;
const isTest = (event) => event.details?.type !== "suite" && !files.includes(event.name);

const results = run({ files, concurrency: 1, timeout: FILE_MS_MAX })
  .on("test:pass", (event) => (passed += isTest(event) ? 1 : 0))
  .on("test:fail", (event) => (failed += isTest(event) ? 1 : 0));
results.compose(new spec()).pipe(process.stdout);
results.on("end", () => {
  const isWrong = failed > 0 || (passed === 0 && names.length === 0);
  process.exitCode = isWrong ? 1 : 0;
  process.once("exit", () => console.log(`journeys: ${passed} passed; ${failed} failed`));
});
