// Unpacks the Chromium that comes compressed in an npm package, with the libraries and fonts it needs,
// so that nothing of it comes from the machine: `node script/unpack-chromium.mjs FOLDER`.

import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";

const packages = join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules");
const archives = join(packages, "@sparticuz", "chromium", "bin");
const target = resolve(process.argv[2]);
const partial = `${target}.partial`;

await rm(partial, { recursive: true, force: true });
await mkdir(join(partial, "fonts"), { recursive: true });
await Promise.all([
  unpack("chromium.br", createWriteStream(join(partial, "chromium"), { mode: 0o755 })),
  unpack("swiftshader.tar.br", extract(partial)),
  unpack("al2023.tar.br", extract(partial)),
  unpack("fonts.tar.br", extract(join(partial, "fonts"))),
  copyFonts(join(packages, "dejavu-fonts-ttf", "ttf"), join(partial, "fonts")),
  writeFile(join(partial, "fonts.conf"), fontConfiguration()),
]);
await rm(target, { recursive: true, force: true });
await rename(partial, target);

function unpack(archive, into) {
  return pipeline(createReadStream(join(archives, archive)), createBrotliDecompress(), into);
}

async function copyFonts(from, to) {
  for (const name of await readdir(from)) await copyFile(join(from, name), join(to, name));
}

// Only these fonts, so that a screenshot is the same on every machine. DejaVu has what Open Sans lacks:
// symbols, Greek, Cyrillic, Hebrew and Arabic, a serif and a monospaced face.
function fontConfiguration() {
  const families = { "sans-serif": "Open Sans", "system-ui": "Open Sans", serif: "DejaVu Serif", monospace: "DejaVu Sans Mono" };
  const alias = ([generic, family]) =>
    `  <alias binding="same"><family>${generic}</family><prefer><family>${family}</family><family>DejaVu Sans</family></prefer></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
${Object.entries(families).map(alias).join("\n")}
</fontconfig>
`;
}
