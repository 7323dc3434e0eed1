import { expect } from "chai";
import { configKeys, EXAMPLES } from "./support/examples";

const LONGEST = 15;

function linesOf(program: string): string[] {
  return program.split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line));
}

describe("the examples", () => {
  for (const example of EXAMPLES) {
    const { name, program, project } = example;

    it(`have at most ${LONGEST} lines without comments and blank ones: ${name}`, () => {
      expect(linesOf(program).length).to.be.at.most(LONGEST);
    });

    it(`say in a comment above their first authorization what it is for: ${name}`, () => {
      const [above = ""] = program.split("new EnAuthorization(");
      expect(above).to.match(/^\/\/ [A-Z].*\.$/m);
    });

    it(`describe whatever they are configured with: ${name}`, () => {
      const asked = [...program.matchAll(/config\.require\w*\("(\w+)"\)/g)].map(([, key]) => key);
      expect(configKeys(example)).to.have.members([...new Set(asked)]);
      expect([...project.matchAll(/^ {4}description: \S/gm)]).to.have.length(configKeys(example).length);
    });
  }
});
