#!/usr/bin/env node
import { commandLine } from "./command-line";

// The reader of a pipe, such as `head`, may end first. Nothing is left to print then, and the exit code stays that of the
// findings so far.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

// The result matters more than the notes on standard error.
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void commandLine(process.stdout).parseAsync();
