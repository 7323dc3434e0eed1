/** The version that is downloaded or built if none is installed. */
export const VERSION = "3.250.0";

/** The newest version with which the packed package is tested: `npm run test:matrix` builds it. */
export const NEWEST = "3.274.1";

/** The first version whose `read` may return inputs. */
const OLDEST = "3.216.0";

/** The oldest Go that builds the published modules. */
const OLDEST_GO = "1.25.9";

/**
 * @param {string} text such as `v3.250.0`, `3.250.0` or `go1.26.8`
 * @returns {number[]}
 */
function numbers(text) {
  return (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).slice(1).map((each) => Number(each || 0));
}

/**
 * @param {string} one
 * @param {string} other
 */
export function compareVersions(one, other) {
  const [some, others] = [numbers(one), numbers(other)];
  const at = [0, 1, 2].find((index) => some[index] !== others[index]);
  return at === undefined ? 0 : (some[at] ?? 0) - (others[at] ?? 0);
}

/** @param {string} version */
export function isUsable(version) {
  return numbers(version)[0] === 3 && compareVersions(version, OLDEST) >= 0;
}

/**
 * Returns the installed version to use: the pinned one, else the newest usable one.
 *
 * @param {readonly string[]} versions
 */
export function bestOf(versions) {
  const usable = versions.filter(isUsable).sort(compareVersions);
  return usable.includes(VERSION) ? VERSION : usable.at(-1);
}

/**
 * Returns the ways to get the engine on a machine, in order of preference.
 *
 * @param {{ downloads: boolean, go?: string }} machine `downloads`: get.pulumi.com can be reached; `go`: its Go version
 * @returns {("download" | "build")[]}
 */
export function waysOf({ downloads, go }) {
  const builds = go !== undefined && compareVersions(go, OLDEST_GO) >= 0;
  return [
    ...(downloads ? /** @type {const} */ (["download"]) : []),
    ...(builds ? /** @type {const} */ (["build"]) : []),
  ];
}

export const NO_WAY =
  "No Pulumi CLI was found, and this machine can neither download nor build one. Do one of these:\n" +
  `- install Pulumi ${OLDEST} or later and put it on the PATH (https://www.pulumi.com/docs/install/)\n` +
  `- give this machine access to get.pulumi.com, to download ${VERSION}\n` +
  `- install Go ${OLDEST_GO.replace(/\.0$/, "")} or later, to build ${VERSION} from its published modules`;
