import { expect } from "chai";
import { configKeys, EXAMPLES } from "./support/examples";

const LONGEST = 15;

function linesOf(program: string): string[] {
  return program.split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line));
}

describe("examples", () => {
  for (const example of EXAMPLES) {
    const { name, program, project } = example;

    it(`${name} has at most ${LONGEST} lines besides comments and blank lines`, () => {
      expect(linesOf(program).length).to.be.at.most(LONGEST);
    });

    it(`${name} explains its first authorization in a comment`, () => {
      const [above = ""] = program.split("new EnAuthorization(");
      expect(above).to.match(/^\/\/ [A-Z].*\.$/m);
    });

    it(`${name} describes every setting in Pulumi.yaml`, () => {
      const asked = [...program.matchAll(/config\.require\w*\("(\w+)"\)/g)].map(([, key]) => key);
      expect(configKeys(example)).to.have.members([...new Set(asked)]);
      expect([...project.matchAll(/^ {4}description: \S/gm)]).to.have.length(configKeys(example).length);
    });
  }
});
