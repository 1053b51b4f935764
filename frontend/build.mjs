// Builds what the browser needs into src/milepost/show/static/built/, from this folder and from the templates.
//
// Entry points are the .ts and .css files directly in src/; what they share lies in folders below src/.
// Every built file has a hash in its name, so a browser may keep it for ever. manifest.json says which name became
// which: {"live.js": "live-3KQ2.js", "app.css": "app-9XY1.css", "hanken-grotesk-latin-wght-normal.woff2": "…"}.
// icons.json holds the SVG of every icon that a template or a page names: {"truck": "<svg …>"}.
// Files in src/public/ are copied with their own names.
import { build } from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const src = path.join(here, "src");
const show = path.join(here, "..", "src", "milepost", "show");
const out = path.join(show, "static", "built");
const next = `${out}.next`; // built beside and then swapped, so that a running server never finds half of it

const filesBelow = (folder) =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    : [];

// One palette for the dark: as the reader chose it, in a sample of it, and as the system has it. Paper stays light.
const dark = {
  name: "dark",
  setup: (build) =>
    build.onLoad({ filter: /styles\/.*\.css$/ }, ({ path: file }) => ({
      loader: "css",
      resolveDir: path.dirname(file),
      contents: fs.readFileSync(file, "utf8").replace(/@dark \{\n([^}]*)\}/g, (_, colors) =>
        `@media screen { :root[data-theme="dark"], .try-dark { ${colors} } }\n` +
        `@media screen and (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${colors} } }`),
    })),
};

async function bundle() {
  const entries = fs.readdirSync(src).filter((name) => /\.(ts|css)$/.test(name) && !name.endsWith(".d.ts"));
  const result = await build({
    absWorkingDir: here,
    entryPoints: entries.map((name) => path.join(src, name)),
    outdir: next,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "safari16.4"],
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
    plugins: [dark],
    metafile: true,
    logLevel: "warning",
  });
  return Object.keys(result.metafile.outputs).map((file) => path.basename(file)).sort();
}

const manifestOf = (built) =>
  Object.fromEntries(built.map((name) => [name.replace(/-[A-Z0-9]{8}(?=\.[a-z0-9]+$)/, ""), name]));

// icon('truck') in a template, icon="truck" in a page, and one name a line in src/icons.txt for computed names.
function iconNames() {
  const names = new Set();
  for (const file of filesBelow(show).filter((name) => /\.(html|py)$/.test(name)))
    for (const found of fs.readFileSync(file, "utf8").matchAll(/\bicon(?:\(\s*|\s*=\s*)["']([a-z0-9-]+)["']/g))
      names.add(found[1]);
  const list = path.join(src, "icons.txt");
  if (fs.existsSync(list))
    for (const line of fs.readFileSync(list, "utf8").split("\n"))
      if (line.trim() && !line.startsWith("#")) names.add(line.trim());
  return [...names].sort();
}

function iconSvg(name) {
  const file = path.join(here, "node_modules", "lucide-static", "icons", `${name}.svg`);
  if (!fs.existsSync(file)) throw new Error(`No icon is called "${name}". Look in node_modules/lucide-static/icons.`);
  return fs.readFileSync(file, "utf8")
    .replace(/<!--.*?-->\s*/gs, "")
    .replace(/\s+/g, " ")
    .replace(/ class="[^"]*"/, "")
    .replace('stroke-width="2"', 'stroke-width="1.75"')
    .replace("<svg", '<svg aria-hidden="true"')
    .trim();
}

fs.rmSync(next, { recursive: true, force: true });
const built = await bundle();
fs.writeFileSync(path.join(next, "manifest.json"), JSON.stringify(manifestOf(built), null, 1));
const icons = iconNames();
fs.writeFileSync(path.join(next, "icons.json"), JSON.stringify(Object.fromEntries(icons.map((n) => [n, iconSvg(n)]))));
if (fs.existsSync(path.join(src, "public"))) fs.cpSync(path.join(src, "public"), next, { recursive: true });
fs.rmSync(out, { recursive: true, force: true });
fs.renameSync(next, out);
console.log(`frontend: ${built.length} files, ${icons.length} icons`);
