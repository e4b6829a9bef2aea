// The real binary, for whoever meets Canvass from outside: started on a port of its own, with an empty data folder.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** How long the binary may take to answer or to drain, on a machine that compiles at the same time. */
export const READY_MS_MAX = 30_000;

/**
 * Starts `canvass serve` on a free port with an empty data folder, and waits until it is healthy.
 * `args` are added to the command, `env` to its environment; CANVASS_BIN names another binary than the debug build.
 * `announced` holds the objects it has printed on standard output; `announcement` waits for one that `fits`.
 */
export async function startCanvass({ args = [], env = {} } = {}) {
  const binary = process.env.CANVASS_BIN ?? join(root, "target", "debug", "canvass");
  if (!existsSync(binary)) throw new Error(`${binary} does not exist: run cargo build -p canvass first`);
  const folder = await mkdtemp(join(tmpdir(), "canvass-journey-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    binary,
    ["serve", "--listen", url.slice("http://".length), "--data", join(folder, "data"), "--base-url", url, "--json", ...args],
    { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  process.once("exit", () => child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  const lines = [];
  const announced = [];
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("{")) announced.push(JSON.parse(line));
  });
  let end;
  ended.then((how) => (end = how));

  const log = () => lines.join("\n");
  const stop = async () => {
    child.kill("SIGTERM");
    const how = await Promise.race([ended, pause(READY_MS_MAX, "no end", { ref: false })]);
    if (how === "no end") child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
    assert.equal(how, 0, `Canvass should end by itself after SIGTERM, with 0. It said:\n${log()}`);
  };
  const until = async (what, look) => {
    for (const deadline = Date.now() + READY_MS_MAX; Date.now() < deadline; await pause(20)) {
      const found = await look();
      if (found) return found;
      if (end !== undefined) throw new Error(`Canvass ended (${end}) before ${what}. It said:\n${log()}`);
    }
    throw new Error(`Canvass took more than ${READY_MS_MAX} ms until ${what}. It said:\n${log()}`);
  };
  const isHealthy = async () => (await fetch(`${url}/-/health`).catch(() => undefined))?.status === 200;
  try {
    await until("it was healthy", isHealthy);
  } catch (error) {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const announcement = (what, fits) => until(`it announced ${what}`, () => announced.find(fits));
  return { url, folder, announced, announcement, log, stop };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
