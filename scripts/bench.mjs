import { launch } from "./launch.mjs";

// `npm run bench` measures the package beside its floor; `npm run bench -- --quick` what takes under a minute.
await launch("bench.ts", process.argv.slice(2));
