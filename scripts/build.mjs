import { build } from "./setup.mjs";

// `npm run build`; `npm pack` and `npm publish` run it first.
await build();
