import { expect } from "chai";
import * as fc from "fast-check";
import { clean } from "../../src/shared/text";
import { quote, redact } from "../../src/iam/redact";
import { ENCODINGS, LOSSLESS } from "../support/encodings";

const KEY = `Zq9-x/7+Lm"2<K>&v'8\\Wd=4pT_sE5%41uRj pQ3nYc`;
const JWT = `eyJraWQiOiIxIiwiYWxnIjoiUlMyNTYifQ.${Buffer.from(`{"iam_id":"IBMid-1"}`).toString("base64url")}.c2lnbmF0dXJl`;

/** Places of a secret in a response. */
const PLACES: Record<string, (secret: string) => string> = {
  alone: (secret) => secret,
  "at the beginning": (secret) => `${secret} was not found.`,
  "in a sentence": (secret) => `The key ${secret} was not found.`,
  "at the end": (secret) => `not found: ${secret}`,
  "between quotes": (secret) => `{"sent":"${secret}","more":1}`,
  "in an address": (secret) => `https://iam.cloud.ibm.com/v1/apikeys/${secret}?details=true`,
  "in a page": (secret) => `<html><body><p>403</p><pre>x-key=${secret}</pre></body></html>`,
  twice: (secret) => `${secret}, ${secret}`,
  "among letters": (secret) => `abc${secret}def`,
};

/** Error messages without a secret. */
const ORDINARY = [
  "IAM refused (403 insufficent_permissions): You are not authorized to use this resource. The credentials need at least the platform role Viewer on the target. Transaction-Id: 0123456789abcdef0123456789abcdef",
  "crn:v1:bluemix:public:event-notifications:us-south:a/a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3:3d7fca4b-0000-4000-8000-0000000000e1::",
  "policy 3fa85f64-5717-4562-b3fc-2c963f66afa6, created 2026-03-01T10:00:00.000Z by IBMid-270001ABCD, iam-ServiceId-3d7fca4b-0000-4000-8000-0000000000e1",
  "Transaction-Id: NzhiYzUtYWJjZGVmLTEyMzQ1Njc4OTA, request 5f4dcc3b5aa765d61d8327deb882cf99",
  "check the API key (ibmcloud:apiKey, IC_API_KEY, IBMCLOUD_API_KEY), and lines like PARTNER_APIKEY=…",
  "The Bearer token is expired. Basic authentication is not supported; apikeys are fine",
  "connect ECONNREFUSED 127.0.0.1:443 (https://private.us-south.iam.cloud.ibm.com/identity/token?x=50%25&y=a+b)",
  'The role crn:v1:bluemix:public:iam::::serviceRole:Reader is "unknown" & 5 < 6 \\ 7; naïve – 日本語 🙂',
];

describe("redact", () => {
  for (const [encoding, encode] of Object.entries(ENCODINGS)) {
    it(`hides a secret in every place, encoded as: ${encoding}`, () => {
      for (const [place, put] of Object.entries(PLACES)) {
        const text = put(encode(KEY));
        const redacted = redact(text, ["another-secret", KEY]);
        expect(redacted, place).to.include("[secret]").and.not.include(encode(KEY));
        expect(redacted.toLowerCase(), place).not.to.include(KEY.slice(0, 8).toLowerCase());
      }
    });
  }

  it("keeps the words around a secret", () => {
    const kept = Object.entries(ENCODINGS).map(([, encode]) =>
      redact(`Key ${encode(KEY)} (not found).`, [KEY]),
    );
    expect(new Set(kept)).to.deep.equal(new Set(["Key [secret] (not found)."]));
  });

  it("hides the whole base64 text that contains a secret", () => {
    const encoded = Buffer.from(`client:${KEY}:more`).toString("base64");
    expect(redact(`sent ${encoded}.`, [KEY])).to.equal("sent [secret].");
  });

  it("keeps ordinary messages", () => {
    for (const text of ORDINARY) expect(redact(text, [KEY, JWT, "s3c"])).to.equal(text);
  });

  it("hides secrets of at least 3 characters, and ignores shorter ones", () => {
    expect(redact("with k3y, K3Y, %6b3y and azN5", ["k3y"])).to.equal(
      "with [secret], [secret], [secret] and [secret]",
    );
    expect(redact("a.b.ab", ["a", "ab", "", "  "])).to.equal("a.b.ab");
  });

  it("ignores white space around a secret", () => {
    expect(redact("with abcdefgh", [" abcdefgh\n"])).to.equal("with [secret]");
  });

  it("finds a secret with invisible characters and line breaks inside", () => {
    const coloured = `${KEY.slice(0, 5)}\u001b[1m${KEY.slice(5, 20)}\u200b\r\n${KEY.slice(20)}`;
    expect(redact(`key ${coloured}.`, [KEY])).to.equal("key [secret].");
    const lines = Buffer.from(KEY.repeat(4)).toString("base64").replace(/.{76}/g, "$&\n");
    expect(redact(`key ${lines}.`, [KEY])).to.equal("key [secret].");
  });

  it("hides a secret with a line break, and one with non-ASCII characters", () => {
    for (const secret of ["first line\nsecond line", "clé-sécrète-日本-🙂-0123"]) {
      for (const name of ["as it is", "percent-encoded whole", "JSON text", "base64", "hex"]) {
        expect(redact(`key ${ENCODINGS[name]?.(secret)}.`, [secret]), name).to.equal("key [secret].");
      }
    }
    expect(redact("key cl\\u00e9-\\ud83d\\ude42-x", ["clé-🙂-x"])).to.equal("key [secret]");
  });

  it("hides any 20 characters of a secret, and its first 8 at the end of a truncated text", () => {
    const secret = "Zq9xv7Lm2KWd4pTsE5uRjpQ3nYc8bHgFtDr6";
    expect(redact(`… ${secret.slice(10, 30)} and`, [secret])).to.equal("… [secret] and");
    expect(redact(`sent ${secret.slice(0, 8)}…`, [secret])).to.equal("sent [secret]…");
    expect(redact(`sent ${secret.slice(0, 8)}... Try again`, [secret])).to.equal(
      "sent [secret]... Try again",
    );
    expect(redact(`sent ${secret.slice(0, 12)}`, [secret])).to.equal("sent [secret]");
    expect(redact(`sent ${secret.slice(0, 8)} and`, [secret])).to.equal(`sent ${secret.slice(0, 8)} and`);
  });

  it("hides tokens and named credentials that are not in the list of secrets", () => {
    expect(redact("Authorization: Basic YWJj", [])).to.equal("Authorization: Basic [secret]");
    expect(redact("Authorization: Bearer opaque.", [])).to.equal("Authorization: Bearer [secret]");
    expect(redact('sent apikey=k3y&x=1, "access_token":"opaque", {"refresh_token": "r"}', [])).to.equal(
      'sent apikey=[secret]&x=1, "access_token":"[secret]", {"refresh_token": "[secret]"}',
    );
    for (const [encoding, encode] of Object.entries(LOSSLESS)) {
      expect(redact(`token ${encode(JWT)} is expired`, []), encoding).to.equal("token [secret] is expired");
      const form = encode("apikey=k3y-0123");
      expect(redact(`body <${form}>`, []), encoding).not.to.include(form);
    }
  });

  it("does not change a redacted text", () => {
    const text = redact(`apikey=${KEY} Bearer ${JWT} ${ENCODINGS["hex"]?.(KEY)}`, [KEY]);
    expect(redact(text, [KEY])).to.equal(text);
    expect(redact("my Secret", ["secret"])).to.equal("my ***");
    expect(redact("my ***", ["secret"])).to.equal("my ***");
  });

  it("truncates texts that are too long to search", () => {
    const text = `${"x ".repeat(8_000)}${KEY.repeat(100_000)}`;
    const redacted = redact(text, [KEY]);
    expect(redacted)
      .to.have.length.lessThan(16_385)
      .and.match(/x \[secret\]…$/);
  });
});

describe("quote", () => {
  it("does not truncate inside a secret", () => {
    for (let before = 60; before <= 110; before++) {
      const quoted = quote(`${"x".repeat(before)} ${KEY} and more of it`, [KEY], 100);
      expect(quoted).to.have.length.lessThan(101);
      expect(quoted).not.to.include(KEY.slice(0, 3));
    }
  });

  it("quotes the beginning of a response of 5 MB", () => {
    expect(quote(`\u001b[31mDenied\u001b[0m\n${"no, ".repeat(1_250_000)}`, [KEY], 20)).to.equal(
      "Denied no, no, no, …",
    );
  });

  it("hides a secret that has invisible characters inside", () => {
    expect(quote(`key ${KEY.slice(0, 9)}\u202e${KEY.slice(9)}`, [KEY], 100)).to.equal("key [secret]");
  });
});

describe("redact with any secret and any text", () => {
  const encoding = fc.constantFrom(...Object.values(ENCODINGS));
  const lossless = fc.constantFrom(...Object.values(LOSSLESS));
  const secret = fc
    .string({ unit: "grapheme-ascii", minLength: 8, maxLength: 60 })
    .filter((text) => text.trim().length >= 8 && !/(.)\1{3}/.test(text));
  const around = fc.string({ unit: "grapheme", maxLength: 60 });

  it("hides a secret in any two encodings", () => {
    fc.assert(
      fc.property(secret, around, around, encoding, lossless, (hidden, before, after, inner, outer) => {
        fc.pre(!(before + after).includes(hidden.trim()));
        const encoded = outer(inner(hidden));
        const redacted = redact(`${before} ${encoded} ${after}`, [hidden]);
        expect(redacted).not.to.include(encoded.trim());
        expect(redacted).not.to.include(hidden.trim());
        expect(redacted).not.to.include(hidden.trim().slice(0, 8));
      }),
      { numRuns: 2_000 },
    );
  });

  it("hides a secret that is encoded together with other text", () => {
    fc.assert(
      fc.property(secret, around, around, lossless, (hidden, before, after, encode) => {
        const redacted = redact(encode(`${before} ${hidden} ${after}`), [hidden]);
        expect(redacted).to.include("[secret]").and.not.include(hidden.trim());
      }),
      { numRuns: 1_000 },
    );
  });

  it("keeps any other text, and quote removes only invisible characters and line breaks", () => {
    fc.assert(
      fc.property(secret, around, (hidden, text) => {
        fc.pre(!text.toLowerCase().includes(hidden.trim().slice(0, 8).toLowerCase()));
        expect(redact(text, [hidden])).to.equal(text);
        expect(quote(text, [hidden], 500)).to.equal(clean(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
