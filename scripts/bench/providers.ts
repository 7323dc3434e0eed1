import type { Kind } from "./programs";

/** The script of a provider that makes no calls. It is about as long as the script that this package keeps in the state. */
export const NOTHING =
  "exports.handler=()=>({check:async(_,inputs)=>({inputs}),diff:async()=>({changes:!1}),create:async outs=>({id:" +
  "crypto.randomUUID(),outs}),read:async(id,props)=>({id,props}),update:async(_,$,outs)=>({outs}),delete(){}})";

/** The file with the code of a provider. The script in the state only loads it. */
export const FILE = "provider.js";
const REQUIRE = `require('module').createRequire(process.cwd()+'/')('./${FILE}')`;
export const LOADING = `exports.handler=()=>${REQUIRE}.handler()`.padEnd(NOTHING.length);

/** Makes no calls, but returns the same outputs as this package, so that the states have the same size. */
const FLOOR = `${NOTHING}
const { handler } = exports;
const accountId = process.env.BENCH_ACCOUNT;
const iamId = "iam-ServiceId-00000000-0000-4000-8000-000000000001";
const withAccount = (side) => ({ ...side, accountId });
exports.handler = () => ({
  ...handler(),
  check: async (_, { source, ...inputs }) => ({
    inputs: { ...inputs, source: { ...source, serviceName: "event-notifications" } },
  }),
  create: async ({ source, target, ...inputs }) => {
    const id = crypto.randomUUID();
    const [createdAt, href] = [new Date().toISOString(), "http://127.0.0.1:12345/v2/policies/" + id];
    const sides = { source: withAccount(source), target: withAccount(target) };
    const made = { state: "active", href, createdAt, createdById: iamId };
    return { id, outs: { ...inputs, ...sides, ...made, lastModifiedAt: createdAt, lastModifiedById: iamId } };
  },
  read: async (id, props) => {
    const { source, target, roles } = props;
    return { id, props, inputs: { source, target, roles } };
  },
});
`;

/** Makes the same calls as this package with IBM's SDK, and checks no answer. */
const THIN = `${FLOOR}
const floor = exports.handler();
const once = (work) => {
  let begun;
  return () => (begun ??= work());
};
const service = once(async () => {
  const { IamAuthenticator } = require("ibm-cloud-sdk-core");
  const Policies = require("@ibm-cloud/platform-services/iam-policy-management/v1");
  const url = process.env.IBMCLOUD_IAM_API_ENDPOINT;
  const authenticator = new IamAuthenticator({ apikey: process.env.IC_API_KEY, url });
  // Operations that run side by side would each request a token.
  await authenticator.authenticate({ headers: {} });
  return new Policies({ authenticator, serviceUrl: url });
});
const pair = { serviceName: "cloud-object-storage", sourceServiceName: "event-notifications" };
const offered = once(async () => {
  const { result } = await (await service()).listRoles({ accountId, ...pair, policyType: "authorization" });
  return [...result.service_roles, ...result.system_roles];
});
const listed = once(async () => {
  const asked = { accountId, type: "authorization", state: "active", format: "display" };
  const { result } = await (await service()).listV2Policies(asked);
  return new Map(result.policies.map((each) => [each.id, each]));
});
const attributesOf = (side) =>
  Object.entries(side).map(([key, value]) => ({ key, operator: "stringEquals", value }));
let isFirst = true;
exports.handler = () => ({
  ...floor,
  check: async (olds, news) => {
    await offered();
    // New authorizations are compared with the existing ones.
    if (Object.keys(olds).length === 0) await listed();
    return floor.check(olds, news);
  },
  create: async (inputs) => {
    const { outs } = await floor.create(inputs);
    const roles = (await offered()).filter(({ display_name: name }) => inputs.roles.includes(name));
    const { result } = await (await service()).createV2Policy({
      type: "authorization",
      control: { grant: { roles: roles.map(({ crn }) => ({ role_id: crn })) } },
      subject: { attributes: attributesOf(outs.source) },
      resource: { attributes: attributesOf(outs.target) },
    });
    return { id: result.id, outs };
  },
  read: async (id, props) => {
    const alone = isFirst;
    isFirst = false;
    if (alone) await (await service()).getV2Policy({ id, format: "display" });
    else if (!(await listed()).has(id)) throw new Error("IAM does not hold " + id);
    return floor.read(id, props);
  },
  delete: async (id) => (await service()).deleteV2Policy({ id }),
});
`;

/** The text of `FILE`, for the programs that need it. */
export const PROVIDERS: Partial<Record<Kind, string>> = { floor: FLOOR, thin: THIN };
