import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { describeEmulator } from "../support/iam-target";
import { redacted, type Exchange } from "../support/transcript";

const SECRETS = { apiKey: "k3y-K3y_k3y", accountId: "0123456789abcdef0123456789abcdef" };

/** Returns the redacted transcript of some exchanges. */
function transcriptOf(...more: Partial<Exchange>[]) {
  const exchange: Exchange = {
    method: "GET",
    path: "/v2/policies",
    query: {},
    request: undefined,
    status: 200,
    headers: {},
    response: undefined,
  };
  const exchanges = more.map((each) => ({ ...exchange, ...each }));
  return redacted({ endpoint: "https://iam.cloud.ibm.com", observations: [], exchanges }, SECRETS);
}

const jwt = "eyJraWQiOiIyMDI2In0.eyJpYW1faWQiOiJJQk1pZC0xMjMifQ.c2ln";

const HIDDEN: [what: string, text: string, shown: string][] = [
  ["the API key", `apikey ${SECRETS.apiKey}`, "apikey <api key>"],
  ["a token", `Bearer ${jwt}, expired`, "Bearer <token>, expired"],
  ["a token without a signature", jwt.slice(0, 50), "<token>"],
  ["the account", `account_id=${SECRETS.accountId}&x=1`, "account_id=<account>&x=1"],
  [
    "an account in a CRN",
    `crn:v1:bluemix:public:kms:us-south:a/${"f".repeat(32)}:x::`,
    "crn:v1:bluemix:public:kms:us-south:a/<account>:x::",
  ],
  ["a person", "by IBMid-060001MNR3.", "by <iam id>."],
  ["a service id", "iam-ServiceId-00000000-0000-4000-8000-000000000001", "<iam id>"],
  ["a trusted profile", "iam-Profile-00000000-0000-4000-8000-000000000001", "<iam id>"],
  ["an e-mail address", "ask jane.doe+iam@mail.example.com now", "ask <e-mail> now"],
  ["an IPv4 address", "http://127.0.0.1:8080/x", "http://<ip>:8080/x"],
  ["an IPv6 address", "from 2001:0db8:0:0:0:0:0:1", "from <ip>"],
  ["a short IPv6 address", "from 2001:db8::1", "from <ip>"],
  [
    "a page token",
    "https://x/v2/policies?limit=1&start=eyJhIjoxfQ",
    "https://x/v2/policies?limit=1&start=<page>",
  ],
];

const SHOWN: [what: string, text: string][] = [
  ["a role's CRN", "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter"],
  ["a custom role's CRN", "crn:v1:bluemix:public:iam-access-management::a/<account>::customRole:Mine"],
  ["a time", "2026-04-09T14:36:30.505Z"],
  ["a transaction id", "d2308696e0e857ef052c4560234a1119"],
  ["an ETag", "1-d2308696e0e857ef052c4560234a1119"],
  ["a code", "BXNIM0415E"],
];

// Tests of a test tool, which need no IAM.
describeEmulator("a transcript", () => {
  for (const [what, text, shown] of HIDDEN) {
    it(`hides ${what} in the path, query, request and response`, () => {
      const [exchange] = transcriptOf({
        path: `/${text}`,
        query: { text },
        request: { deep: [{ text }], [text]: 1 },
        response: text,
      }).exchanges;
      expect(exchange).to.include({ path: `/${shown}`, response: shown });
      expect(exchange?.query).to.deep.equal({ text: shown });
      expect(exchange?.request).to.deep.equal({ deep: [{ text: shown }], [shown]: 1 });
    });
  }

  for (const [what, text] of SHOWN) {
    it(`shows ${what}`, () => {
      expect(transcriptOf({ response: { text } }).exchanges[0]?.response).to.deep.equal({ text });
    });
  }

  it("replaces each id with the same number everywhere", () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const { exchanges } = transcriptOf(
      { path: one },
      { path: other },
      { path: `/${one}`, response: [other] },
    );
    const [first, second] = ["<id 1>", "<id 2>"];
    expect(exchanges.map(({ path }) => path)).to.deep.equal([first, second, `/${first}`]);
    expect(exchanges[2]?.response).to.deep.equal([second]);
  });

  it("removes tokens and machine data of the token service", () => {
    const secret = {
      access_token: "opaque",
      refresh_token: "opaque",
      ims_user_id: 12,
      context: { clientIp: "::1", instanceId: "iam-7", host: "h", clusterName: "c", threadId: "4f" },
    };
    const { exchanges } = transcriptOf({ request: { apikey: "other", grant_type: "x" }, response: secret });
    expect(exchanges[0]?.request).to.deep.equal({ apikey: "<cut>", grant_type: "x" });
    expect(JSON.stringify(exchanges[0]?.response)).not.to.match(/opaque|12|::1|iam-7|"h"|"c"|4f/);
  });

  it("shows only the policies of its own run", () => {
    const own = { id: randomUUID(), description: "ours" };
    const list = {
      policies: [{ id: randomUUID(), description: "theirs" }, own, { id: 1 }],
      custom_roles: [{ name: "theirs" }],
    };
    const { exchanges } = transcriptOf({ response: list }, { method: "POST", status: 201, response: own });
    expect(exchanges[0]?.response).to.deep.equal({
      policies: [{ id: "<id 1>", description: "ours" }, "<2 others>"],
      custom_roles: ["<1 others>"],
    });
  });

  it("shows the observations", () => {
    const observations = [
      { question: "What?", answer: null, emulator: `by IBMid-1 of ${SECRETS.accountId}` },
    ];
    const { observations: shown } = redacted({ endpoint: "", observations, exchanges: [] }, SECRETS);
    expect(shown).to.deep.equal([{ question: "What?", answer: null, emulator: "by <iam id> of <account>" }]);
  });
});
