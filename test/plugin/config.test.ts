import { expect } from "chai";
import { CONFIG_KEYS } from "../../src/iam/config";
import { mistakesIn, settingsOf } from "../../src/plugin/config";
import type { Values } from "../../src/plugin/wire";

const mistakes = (config: Values, env: NodeJS.ProcessEnv = {}) => mistakesIn({ ...settingsOf(config), env });
const propertiesOf = (config: Values, env: NodeJS.ProcessEnv = {}) =>
  mistakes(config, env).map(({ property }) => property);

describe("mistakesIn", () => {
  it("names the setting of each mistake", () => {
    // Any API key can be used until IAM refuses it.
    const keys = CONFIG_KEYS.filter((key) => key !== "apiKey");
    for (const key of keys) expect(propertiesOf({ [key]: "wrong" }), key).to.deep.equal([key]);
    const all = Object.fromEntries(keys.map((key) => [key, "wrong"]));
    expect(propertiesOf(all)).to.have.members(keys);
  });

  it("names the setting even if its value mentions another one", () => {
    const [mistake] = mistakes({ iamEndpoint: "ibmcloud:accountId" });
    expect(mistake?.property).to.equal("iamEndpoint");
    expect(mistake?.reason).to.match(/ibm-en-authorization:iamEndpoint.*\[invalid-endpoint\]$/);
  });

  it("names the setting that an environment variable replaces", () => {
    expect(propertiesOf({}, { IBMCLOUD_IAM_API_ENDPOINT: "wrong" })).to.deep.equal(["iamEndpoint"]);
    expect(propertiesOf({}, { IC_VISIBILITY: "wrong" })).to.deep.equal(["visibility"]);
  });

  it("returns none for valid settings", () => {
    expect(mistakes({ requestTimeout: "5", retryTimeout: "60", visibility: "private" })).to.deep.equal([]);
    expect(mistakes({})).to.deep.equal([]);
  });
});
