import Module, { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

// What one process loads: `program` imports the package, `host` lets it check without credentials, `call` with them.
const [mode = "", inputs = "", iam = ""] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/`);

/** Milliseconds by npm package, without what it loads itself. @type {Record<string, number>} */
const byPackage = {};
/** @type {number[]} */
const inside = [];
const { prototype } = Module;
const load = Reflect.get(prototype, "load");
Reflect.set(prototype, "load", function (/** @type {string} */ file) {
  inside.push(0);
  const begun = performance.now();
  try {
    return Reflect.apply(load, this, [file]);
  } finally {
    const took = performance.now() - begun;
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? "pulumi-ibm-en-authorization";
    byPackage[name] = (byPackage[name] ?? 0) + took - (inside.pop() ?? 0);
    if (inside.length > 0) inside.push((inside.pop() ?? 0) + took);
  }
});

/** @param {string} name */
function importing(name) {
  const begun = performance.now();
  const loaded = require(name);
  return { took: performance.now() - begun, loaded };
}

const pulumi = importing("@pulumi/pulumi");
for (const name of Object.keys(byPackage)) Reflect.deleteProperty(byPackage, name);
const ours = importing(`pulumi-ibm-en-authorization${mode === "program" ? "" : "/provider"}`);
if (mode !== "program") {
  const { url, apiKey } = JSON.parse(iam);
  /** @type {Record<string, string | undefined>} */
  const config = { "ibmcloud:iamEndpoint": url, "ibmcloud:apiKey": apiKey };
  await ours.loaded.configure({ config: { get: (/** @type {string} */ key) => config[key] } });
  const { failures } = await ours.loaded.check({}, JSON.parse(inputs));
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}
// What reads the environment for credentials is the SDK's too, but a few small files of it.
const sdk = Object.keys(require.cache).filter((file) =>
  /\/axios\/|\/@ibm-cloud\/|\/ibm-cloud-sdk-core\/(?!auth\/utils|lib\/(helper|logger|get-new-logger))/.test(
    file,
  ),
).length;
console.log(JSON.stringify({ pulumi: pulumi.took, ours: ours.took, byPackage, sdk }));
process.exit(0);
