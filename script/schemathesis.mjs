// Starts the binary with its demo tenants and lets schemathesis call every operation of /api/v1/openapi.json with
// right and wrong input. A server error fails, and so does every answer that the description does not announce.
// The seed is fixed, so that a failure comes back; change it by `script/schemathesis --seed N`.

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, startCanvass } from "../tests/browser/canvass.mjs";

/** A run takes about one minute; a hung one must not hold everything up. */
const RUN_MS_MAX = 300_000;

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "ignored_auth",
];

/** Parts of the description that were passed over would be a test that is skipped in silence. */
const WARNINGS = ["missing_auth", "missing_deserializer", "unresolvable_reference", "unsupported_regex"];

const program = join(root, ".tools", "python", "bin", "schemathesis");
if (!existsSync(program)) throw new Error("schemathesis is missing: run script/bootstrap first");

const canvass = await startCanvass({ args: ["--demo"] });
try {
  const { demo } = await canvass.announcement("how to get into its demonstration", (it) => it.demo);
  const { token } = demo.find((tenant) => tenant.alias === "adatum");
  let operatorToken;
  await canvass.restart([], async (data) => (operatorToken = await makeOperatorToken(data)));
  await writeFile(join(canvass.folder, "schemathesis.toml"), await configuration(token, operatorToken));
  process.exitCode = await run([
    ...["run", `${canvass.url}/api/v1/openapi.json`],
    ...["--checks", CHECKS.join(",")],
    ...["--phases", "examples,coverage,fuzzing"],
    ...["--max-examples", "25", "--seed", "1", "--rate-limit", "auto"],
    // How long making an example takes says how busy the machine is, not whether Canvass is right.
    ...["--suppress-health-check", "too_slow"],
    ...["--generation-database", "none", "--continue-on-failure", "--no-color"],
    ...process.argv.slice(2),
  ]);
} finally {
  await canvass.stop();
}

// The operator's side knows no tenant's token. The program is away meanwhile, since it holds its data folder alone.
async function makeOperatorToken(data) {
  const create = ["operator", "token", "create", "--name", "Description", "--data", data, "--json"];
  const { stdout } = await promisify(execFile)(canvass.binary, create);
  return JSON.parse(stdout).token;
}

// Names things that exist, since a made-up id gets no further than 404. What is removed is not what the others read,
// and the tenant that the operator suspends is not the one whose token asks for the rest.
async function configuration(token, operatorToken) {
  const { items: surveys } = await read("/surveys", token);
  const published = surveys.find((survey) => survey.status === "published").id;
  const closed = surveys.find((survey) => survey.status === "closed").id;
  const { items: responses } = await read(`/surveys/${published}/responses`, token);
  return `
headers = { Authorization = "Bearer ${token}" }

[warnings]
fail-on = ${JSON.stringify(WARNINGS)}

[parameters]
"path.survey" = "${published}"
"path.response" = "${responses[0].id}"

[[operations]]
include-path-regex = "^/api/v1/tenants"
headers = { Authorization = "Bearer ${operatorToken}" }
parameters = { "path.alias" = "fabrikam" }

[[operations]]
include-name = ["DELETE /api/v1/surveys/{survey}", "DELETE /api/v1/surveys/{survey}/publication"]
parameters = { "path.survey" = "${closed}" }

[[operations]]
include-name = "DELETE /api/v1/surveys/{survey}/responses/{response}"
parameters = { "path.response" = "${responses[1].id}" }
`;
}

async function read(path, token) {
  const answer = await fetch(`${canvass.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

// In a folder that vanishes, because schemathesis leaves notes behind.
function run(args) {
  const child = spawn(program, args, { cwd: canvass.folder, stdio: "inherit", timeout: RUN_MS_MAX });
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
}
