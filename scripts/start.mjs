import { launch } from "./launch.mjs";

// `npm start` on a fresh clone shows the main job.
await launch("demo.ts");
