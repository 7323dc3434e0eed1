/**
 * Lets a worker of `mocha --parallel` write its coverage data to the end: the data is written while the process exits,
 * and mocha sends SIGTERM to a worker that needs longer than a second for that.
 */
process.once("exit", () => process.on("SIGTERM", () => undefined));
