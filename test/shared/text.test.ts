import { inspect } from "node:util";
import { expect } from "chai";
import * as fc from "fast-check";
import { counted, clean, truncate } from "../../src/shared/text";

describe("clean", () => {
  const TEXTS: [text: string, cleaned: string][] = [
    ["plain – text, ümlaut 日本語 🙂", "plain – text, ümlaut 日本語 🙂"],
    ["one\r\n  two\n\nthree\u2028four\tfive", "one two three four five"],
    ["two  blanks", "two  blanks"],
    ["\u001b[1;31mred\u001b[0m \u009b2Kgone", "red gone"],
    ["\u001b]0;title\u0007a \u001b]8;;https://x\u001b\\link\u001b]8;;\u001b\\", "a link"],
    ["\u001b]0;no end", "0;no end"],
    ["\u009d0;title\u009ca \u0090q\u0007b \u009fno end", "a b no end"],
    ["\u009dno end \u009dtitle\u009ca", "no end a"],
    ["\u001bPq#0\u001b\\sixel \u001bcreset \u001b(Bcharset", "sixel reset charset"],
    ["a\u202eb\u2066c\u2069d\u200be\ufefff\u00adg\u0000h\u007fi\ud800j", "abcdefghij"],
  ];
  for (const [text, cleaned] of TEXTS) {
    it(`changes ${inspect(text)} to ${inspect(cleaned)}`, () => {
      expect(clean(text)).to.equal(cleaned);
    });
  }

  const OPENERS = [
    "\u009d",
    "\u0090",
    "\u0098",
    "\u009e",
    "\u009f",
    "\u009b",
    "\u001b",
    "\u001b]",
    "\u001b[",
    "\u001bP",
  ];
  const PARTS = [
    ...OPENERS,
    "\u001b\\",
    "\u0007",
    "\u009c",
    "\t",
    "\n",
    "0;",
    "m",
    " ",
    "\ud800",
    "\udc00",
    "\u202e",
    "a",
  ];

  it("leaves no control character in any text, and changes nothing when repeated", () => {
    const parts = fc.oneof(fc.constantFrom(...PARTS), fc.string({ unit: "binary", maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(parts), (texts) => {
        const cleaned = clean(texts.join(""));
        expect(cleaned).not.to.match(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(clean(cleaned)).to.equal(cleaned);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps all printable ASCII characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        expect(clean(text)).to.equal(text);
      }),
    );
  });

  /** Returns the shortest of several times, which other processes disturb least. */
  function timeOf(text: string): number {
    const times = Array.from({ length: 7 }, () => {
      const startedAt = performance.now();
      clean(text);
      return performance.now() - startedAt;
    });
    return Math.min(...times);
  }

  for (const opener of OPENERS) {
    for (const after of ["", "0", " ", "a"]) {
      const repeated = opener + after;
      it(`takes no longer for a row of ${inspect(repeated)} than for other control characters`, () => {
        const length = 30_000;
        const row = repeated.repeat(length / repeated.length);
        expect(timeOf(row) / timeOf("\u0001".repeat(length))).to.be.lessThan(20);
      });
    }
  }
});

describe("truncate", () => {
  it("keeps a short text, and ends a long one with an ellipsis", () => {
    expect(truncate("12345", 5)).to.equal("12345");
    expect(truncate("123456", 5)).to.equal("1234…");
    expect(truncate("123🙂56", 5)).to.equal("123…");
  });
});

describe("counted", () => {
  it("writes a noun in the singular for one only", () => {
    expect([0, 1, 2].map((count) => counted(count, "role"))).to.deep.equal(["0 roles", "1 role", "2 roles"]);
  });
});
