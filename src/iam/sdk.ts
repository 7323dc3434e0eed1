/**
 * Loads IBM's SDK for whoever makes a call: that takes longer than to load all the rest of this package.
 *
 * In the package each of these two is one file, with all that it needs (`scripts/bundle.mjs`).
 */
export function sdk(): typeof import("./ibm-sdk") {
  return require("./ibm-sdk") as typeof import("./ibm-sdk");
}

/** Loads what finds credentials. */
export function sources(): typeof import("./ibm-sources") {
  return require("./ibm-sources") as typeof import("./ibm-sources");
}
