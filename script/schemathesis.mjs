// Starts the binary with its demo tenants and lets schemathesis call every operation of /api/v1/openapi.json with
// right and wrong input. A server error fails, and so does every answer that the description does not announce.
// The seed is fixed, so that a failure comes back; change it by `script/schemathesis --seed N`.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, startCanvass } from "../tests/browser/canvass.mjs";

/** A run takes about one minute; a hung one must not hold everything up. */
const RUN_MS_MAX = 180_000;

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "ignored_auth",
];

const program = join(root, ".tools", "python", "bin", "schemathesis");
if (!existsSync(program)) throw new Error("schemathesis is missing: run script/bootstrap first");

const canvass = await startCanvass({ args: ["--demo"] });
try {
  const { demo } = await canvass.announcement("how to get into its demonstration", (it) => it.demo);
  const { token } = demo.find((tenant) => tenant.alias === "adatum");
  process.exitCode = await run([
    ...["run", `${canvass.url}/api/v1/openapi.json`],
    ...["--header", `Authorization: Bearer ${token}`],
    ...["--checks", CHECKS.join(",")],
    ...["--phases", "examples,coverage,fuzzing"],
    ...["--max-examples", "25", "--seed", "1", "--rate-limit", "auto"],
    ...["--generation-database", "none", "--continue-on-failure", "--no-color"],
    ...process.argv.slice(2),
  ]);
} finally {
  await canvass.stop();
}

// In a folder that vanishes, because schemathesis leaves notes behind.
function run(args) {
  const child = spawn(program, args, { cwd: canvass.folder, stdio: "inherit", timeout: RUN_MS_MAX });
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
}
