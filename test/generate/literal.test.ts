import { expect } from "chai";
import fc from "fast-check";
import { runInNewContext } from "node:vm";
import { format } from "prettier";
import { printLiteral } from "../../src/generate/literal";

const statement = (value: unknown) => `const value = ${printLiteral(value, "const value = ")};\n`;
const formatted = (text: string) => format(text, { parser: "typescript" });

const key = fc.oneof(
  fc.constantFrom("name", "serviceInstance", "a-b", "failed-events-bucket", "$x", "__proto"),
  fc.stringMatching(/^[a-z -]{1,12}$/),
  fc.stringMatching(/^[a-z -]{60,80}$/),
);
const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 60 }),
  fc.stringMatching(/^[a-z生産]{50,90}$/),
  fc.constantFrom("it's", 'say "hi"', "a\nb", "\u2028", "`${x}`", "\\"),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.boolean(),
    fc.array(text, { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    fc.array(fc.dictionary(key, text, { minKeys: 1, maxKeys: 3 }), { maxLength: 1 }),
  ),
}));

describe("a printed literal", () => {
  it("is as prettier formats it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, values, { maxKeys: 5 }), async (value) => {
        const printed = statement(value);
        expect(await formatted(printed)).to.equal(printed);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it("evaluates to the value", () => {
    fc.assert(
      fc.property(values, (value) => {
        const read: unknown = JSON.parse(JSON.stringify(runInNewContext(`(${printLiteral(value)})`)));
        expect(read).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("leaves out undefined properties", () => {
    expect(printLiteral({ a: undefined, b: [] })).to.equal("{ b: [] }");
  });
});
