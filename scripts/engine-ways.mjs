/** The version that is fetched or built where none is found. */
export const VERSION = "3.250.0";

/** `read` may return inputs since this one. */
const OLDEST = "3.216.0";

/** Go that the published modules need. */
const OLDEST_GO = "1.25.0";

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
 * Which of the installed versions to use: the pinned one, else the newest that will do.
 *
 * @param {readonly string[]} versions
 */
export function bestOf(versions) {
  const usable = versions.filter(isUsable).sort(compareVersions);
  return usable.includes(VERSION) ? VERSION : usable.at(-1);
}

/**
 * The ways to get the engine on a machine, in order of preference.
 *
 * @param {{ downloads: boolean, go?: string }} machine whether Pulumi's download is reached, and which Go there is
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
  "There is no Pulumi CLI on this machine, and no way to get one. Any of these will do:\n" +
  `- install Pulumi ${OLDEST} or later and put it on the PATH (https://www.pulumi.com/docs/install/)\n` +
  `- give this machine access to get.pulumi.com, from where ${VERSION} is fetched\n` +
  `- install Go ${OLDEST_GO.replace(/\.0$/, "")} or later, with which ${VERSION} is built from its published modules`;
