#!/usr/bin/env node
import { commandLine } from "./command-line";

// The reader of a pipe, such as `head`, may end first. There is then nothing more to print, and the command keeps the exit
// code that its findings have set.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

// The result matters more than the notes on standard error.
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void commandLine(process.stdout).parseAsync();
