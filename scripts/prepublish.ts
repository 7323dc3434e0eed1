import { readFileSync } from "node:fs";

// npmjs.com resolves the relative links of README.md with `repository`. Without it, every link on the package's page is broken.
const { repository } = JSON.parse(readFileSync("package.json", "utf8")) as { repository?: unknown };
if (repository === undefined) {
  console.error(
    "Set `repository` in package.json: without it, README's links are broken on the package's page.",
  );
  process.exitCode = 1;
}
