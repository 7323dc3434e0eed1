import { installPackage } from "../../scripts/setup.mjs";

/** Builds the package once, before any worker starts: `npm start` in a test would build it while others use it. */
export const mochaGlobalSetup = installPackage;
