// Bundles the editor and the reader of Markdown into chapters/_static/worksheet/, each with a banner
// that names what is in it, with version and licence. Run by `make editor`.

import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;

/** The folders of the packages whose files are in a bundle. */
function packagesOf(metafile) {
  const folders = Object.keys(metafile.inputs)
    .map((file) => /^(node_modules\/(@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
    .filter(Boolean);
  return [...new Set(folders)].sort();
}

function licenceOf(folder) {
  const file = readdirSync(folder).find((name) => /^LICEN[CS]E/.test(name));
  return readFileSync(`${folder}/${file}`, "utf8");
}

function banner(folders) {
  const termsOf = new Map();
  const lines = folders.map((folder) => {
    const { version, license } = lock[folder];
    const text = licenceOf(folder);
    // Packages of one licence share its terms; only whose they are differs.
    termsOf.set(license, text.slice(text.search(/Permission is|Redistribution and/)).trim());
    return `${folder.replace("node_modules/", "")} ${version} (${license}). ${/Copyright.*/.exec(text)[0].trim()}`;
  });
  const terms = [...termsOf].map(([license, text]) => `${license}:\n${text}`);
  return ["/*! Made by `make editor` from course/editor/. It contains", lines.join("\n"), ...terms].join("\n\n") + "\n*/";
}

for (const name of ["editor", "markdown"]) {
  const options = {
    entryPoints: [`${name}.js`],
    outfile: `../../chapters/_static/worksheet/${name}.js`,
    bundle: true, minify: true, format: "esm", target: "es2022", metafile: true,
    legalComments: "none",
  };
  const { metafile } = await build({ ...options, write: false });
  await build({ ...options, banner: { js: banner(packagesOf(metafile)) } });
}
