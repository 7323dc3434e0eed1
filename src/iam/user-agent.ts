import { createRequire } from "node:module";

const { name, version } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
};

/** How this package names itself to IBM. */
export const USER_AGENT = `${name}/${version} (lang=node.js; node.version=${process.version})`;
