import { createRequire } from "node:module";

/*
 * Does what Pulumi's host for dynamic providers does in one run with one authorization: loads the provider, then checks,
 * creates and reads. The arguments are the provider's module and the resource's inputs as JSON.
 */

/**
 * @typedef {Record<string, unknown>} Values
 * @typedef {{
 *   configure?: (request: { config: { get: () => undefined } }) => Promise<void>,
 *   check: (olds: Values, news: Values) => Promise<{ inputs: Values, failures?: object[] }>,
 *   create: (inputs: Values) => Promise<{ id: string, outs: Values }>,
 *   read: (id: string, state: Values) => Promise<object>,
 * }} Provider
 */

const [module = "", json = "{}"] = process.argv.slice(2);
/** @type {unknown} */
const required = createRequire(`${process.cwd()}/`)(module);
const loaded = /** @type {Provider & { handler?: () => Provider }} */ (required);
const provider = loaded.handler?.() ?? loaded;
await provider.configure?.({ config: { get: () => undefined } });
/** @type {unknown} */
const parsed = JSON.parse(json);
const news = /** @type {Values} */ (parsed);
const { inputs, failures = [] } = await provider.check({}, news);
if (failures.length > 0) throw new Error(JSON.stringify(failures));
const { id, outs } = await provider.create(inputs);
await provider.read(id, outs);
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpu: (user + system) / 1000 }));
// Open connections would keep the process for seconds.
process.exit(0);
