import Module, { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

/*
 * Measures imports. The mode `program` imports the package; `host` lets the provider check without credentials, so that it
 * makes no call; `call` lets it check with credentials.
 */
const [mode = "", inputs = "", iam = ""] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/`);

/** @typedef {{ failures: object[] }} Checked */
/** @typedef {{ config: { get: (key: string) => string | undefined } }} Configuration */
/** @typedef {{ configure: (request: Configuration) => Promise<void>, check: (olds: object, news: object) => Promise<Checked> }} Provider */

/** Milliseconds by npm package or file of this package, without nested imports. @type {Record<string, number>} */
const byPackage = {};
/** For each import in progress, the milliseconds of its nested imports. @type {number[]} */
const inside = [];
const prototype = /** @type {{ load: (this: object, file: string) => void }} */ (
  /** @type {unknown} */ (Module.prototype)
);
const { load } = prototype;
prototype.load = function (/** @type {string} */ file) {
  inside.push(0);
  const begun = performance.now();
  load.call(this, file);
  const took = performance.now() - begun;
  const path = file.replaceAll("\\", "/");
  const name =
    /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? /[^/]+\/[^/]+$/.exec(path)?.[0] ?? path;
  byPackage[name] = (byPackage[name] ?? 0) + took - (inside.pop() ?? 0);
  const outer = inside.pop();
  if (outer !== undefined) inside.push(outer + took);
};

/**
 * @param {string} name
 * @returns {{ took: number, loaded: unknown }}
 */
function importing(name) {
  const begun = performance.now();
  /** @type {unknown} */
  const loaded = require(name);
  return { took: performance.now() - begun, loaded };
}

/**
 * @param {string} json
 * @returns {unknown}
 */
function parsed(json) {
  return JSON.parse(json);
}

const pulumi = importing("@pulumi/pulumi");
for (const name of Object.keys(byPackage)) Reflect.deleteProperty(byPackage, name);
const ours = importing(`pulumi-ibm-en-authorization${mode === "program" ? "" : "/provider"}`);
if (mode !== "program") {
  const provider = /** @type {Provider} */ (ours.loaded);
  const config = /** @type {Record<string, string>} */ (parsed(iam));
  await provider.configure({ config: { get: (key) => config[key] } });
  const { failures } = await provider.check({}, /** @type {object} */ (parsed(inputs)));
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}
// Reading credentials loads a few small modules of `ibm-cloud-sdk-core`, but no HTTP client and no API client.
const SDK = /\/node_modules\/(axios|@ibm-cloud)\//;
const sdk = Object.keys(require.cache).filter((file) => SDK.test(file.replaceAll("\\", "/"))).length;
console.log(JSON.stringify({ pulumi: pulumi.took, ours: ours.took, byPackage, sdk }));
process.exit(0);
