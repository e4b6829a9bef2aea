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

/** Scripts are off but where a journey is about them (`CANVASS_SCRIPTS__MODE: "on"`); the guest is compiled once for all. */
const scripts = { CANVASS_SCRIPTS__MODE: "off", CANVASS_SCRIPTS__CACHE: join(root, "target", "tmp", "script-cache") };

/** How long the binary may take to answer or to drain, on a machine that compiles at the same time. */
export const READY_MS_MAX = 30_000;

/**
 * Starts `canvass serve` on a free port with an empty data folder, and waits until it is healthy.
 * `args` are added to the command, `env` to its environment, `host` is the name people know it by; CANVASS_BIN names another binary than the debug build.
 * `announcement` waits for an object on standard output that `fits`. `restart` stops it, does what is to be done
 * `meanwhile` with its data folder, and starts it at the same address with other `args`.
 */
export async function startCanvass({ args = [], env = {}, host = "127.0.0.1" } = {}) {
  const binary = process.env.CANVASS_BIN ?? join(root, "target", "debug", "canvass");
  if (!existsSync(binary)) throw new Error(`${binary} does not exist: run cargo build -p canvass first`);
  const folder = await mkdtemp(join(tmpdir(), "canvass-journey-"));
  const data = join(folder, "data");
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const url = `http://${host}:${port}`;
  const lines = [];
  const log = () => lines.join("\n");
  const start = async (args) => {
    const command = ["serve", "--listen", address, "--data", data, "--base-url", url, "--json", ...args];
    const settings = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...scripts, ...env }, stdio: ["ignore", "pipe", "pipe"] };
    const server = serve(spawn(binary, command, settings), lines);
    const isHealthy = async () => (await fetch(`http://${address}/-/health`).catch(() => undefined))?.status === 200;
    await server.until("it was healthy", isHealthy);
    return server;
  };
  const remove = () => rm(folder, { recursive: true, force: true });
  let server = await start(args).catch(async (error) => {
    await remove();
    throw error;
  });
  const stop = () => server.stop().finally(remove);
  const restart = async (args, meanwhile = () => {}) => {
    await server.stop();
    await meanwhile(data);
    server = await start(args);
  };
  const announcement = (what, fits) => server.announcement(what, fits);
  return { url, folder, binary, announcement, log, stop, restart };
}

/** One run of the binary, until it is stopped; whatever it says is added to `lines`. */
function serve(child, lines) {
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const announced = [];
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("{")) announced.push(JSON.parse(line));
  });
  let end;
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve((end = signal ?? code))));
  ended.then(() => process.off("exit", kill));
  const said = () => `It said:\n${lines.join("\n")}`;
  const until = async (what, look) => {
    for (const deadline = Date.now() + READY_MS_MAX; Date.now() < deadline; await pause(20)) {
      const found = await look();
      if (found) return found;
      if (end !== undefined) throw new Error(`Canvass ended (${end}) before ${what}. ${said()}`);
    }
    kill();
    throw new Error(`Canvass took more than ${READY_MS_MAX} ms until ${what}. ${said()}`);
  };
  const announcement = (what, fits) => until(`it announced ${what}`, () => announced.find(fits));
  const stop = async () => {
    child.kill("SIGTERM");
    const how = await Promise.race([ended, pause(READY_MS_MAX, "no end", { ref: false })]);
    if (how === "no end") kill();
    assert.equal(how, 0, `Canvass should end by itself after SIGTERM, with 0. ${said()}`);
  };
  return { until, announcement, stop };
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
