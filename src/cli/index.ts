#!/usr/bin/env node
import { commandLine } from "./command-line";

// The reader of a pipe, such as `head`, may end first.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

void commandLine(process.stdout).parseAsync();
