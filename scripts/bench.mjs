import { launch } from "./launch.mjs";

// `npm run bench` compares the package with a thin provider and with Terraform; `-- --quick` runs the short parts.
await launch("bench.ts", process.argv.slice(2));
