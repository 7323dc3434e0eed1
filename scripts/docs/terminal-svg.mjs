import { launch } from "../launch.mjs";

// With --check, the picture is compared with a new run and not written.
await launch("docs/terminal-svg.ts", process.argv.slice(2));
