import { build, transform } from "esbuild";
import license from "esbuild-plugin-license";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./setup.mjs";

/**
 * What a provider's host loads, each a file with all that it imports: a host lives as long as one operation of Pulumi, and
 * would spend a good part of that on finding and reading hundreds of modules. `tsc` writes the other files, and all types.
 *
 * IBM's SDK is a file of its own, which nothing but a call loads; look-ups and the command share it.
 */
const FILES = ["provider/index", "iam/ibm-sdk", "iam/ibm-sources"];

/** @type {import("esbuild").Plugin} */
const loadedWhenNeeded = {
  name: "loaded-when-needed",
  setup: (bundling) => {
    const outside = { filter: /^\.\/ibm-/ };
    bundling.onResolve(outside, ({ path }) => ({ path: `../iam/${path.slice(2)}`, external: true }));
  },
};

/**
 * axios looks at these three as it is loaded, for which Node loads all of its `fetch`: a fifth of the time that IBM's SDK
 * takes to load. It sends by `node:http` either way.
 */
const WITHOUT_FETCH = `const globalThis = Object.create(global, {
  FormData: { value: undefined },
  Request: { value: undefined },
  Response: { value: undefined },
});
`;

/** @type {import("esbuild").Plugin} */
const axiosWithoutFetch = {
  name: "axios-without-fetch",
  setup: (bundling) => {
    bundling.onLoad({ filter: /[\\/]axios[\\/]dist[\\/]node[\\/]axios\.cjs$/ }, async ({ path }) => ({
      contents: WITHOUT_FETCH + (await readFile(path, "utf8")),
    }));
  },
};

await build({
  entryPoints: Object.fromEntries(FILES.map((name) => [name, join(ROOT, "src", `${name}.ts`)])),
  outdir: join(ROOT, "dist"),
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
  plugins: [
    loadedWhenNeeded,
    // Before whatever loads a file: it notes whose each is as it is about to be loaded.
    license({ thirdParty: { output: { file: "THIRD-PARTY-LICENSES.txt", template: licenses } } }),
    axiosWithoutFetch,
  ],
});

// The SDK is none of ours to read, and short it is loaded sooner. Names stay, for stack traces.
const sdk = join(ROOT, "dist", "iam", "ibm-sdk.js");
const { code } = await transform(await readFile(sdk, "utf8"), { minifyWhitespace: true, minifySyntax: true });
await writeFile(sdk, code);

/**
 * The text that goes with other people's code.
 *
 * @param {import("esbuild-plugin-license").Dependency[]} dependencies
 * @returns {string}
 */
function licenses(dependencies) {
  return dependencies
    .map(({ packageJson: { name, version, license = "no license" }, licenseText }) =>
      [`${name} ${version} (${license})`, licenseText.trim()].join("\n\n"),
    )
    .join(`\n\n${"-".repeat(80)}\n\n`);
}
