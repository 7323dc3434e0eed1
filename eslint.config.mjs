import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * The folders that a folder must not import (CONTRIBUTING.md). `knip --cycles`, in `npm run lint`, refuses import cycles.
 * @param {string[]} files
 * @param {{ regex: string, message: string, allowTypeImports?: boolean }[]} patterns
 * @returns {import("eslint").Linter.Config}
 */
const forbid = (files, patterns) => ({
  files,
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
});
const ibm = {
  regex: "^(@ibm-cloud/|ibm-cloud-sdk-core)",
  message: "Only src/iam talks to IBM.",
};
/** @param {string[]} names */
const outside = (...names) => ({
  regex: `^\\.\\.?/(.*/)?(${names.join("|")})(/|\\.js$|$)`,
  message: "This folder must not import that one: see CONTRIBUTING.md.",
});

export default defineConfig(
  // The examples and the last folder are packages of their own: inside the clone, they can't resolve this package by its name.
  { ignores: ["dist", "coverage", ".work", "tools", "examples/{tests-with-*,policy-pack}", "pulumi-plugin"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `{ a, ...rest }` copies an object without a property.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["scripts/**/*.mjs", "eslint.config.mjs", "stryker.config.mjs"],
    // The compiler checks these files too, with the types of Node.js.
    rules: { "no-undef": "off" },
  },
  {
    files: ["src/iam/sdk.ts"],
    // IBM's SDK loads when a call first needs it.
    rules: {
      "@typescript-eslint/no-require-imports": ["error", { allow: ["^(@ibm-cloud/|ibm-cloud-sdk-core)"] }],
    },
  },
  {
    files: ["src/cli/{command-line,generate-command}.ts"],
    // The file of a command loads when it runs, and the YAML library with its format.
    rules: { "@typescript-eslint/no-require-imports": ["error", { allow: ["^\\.\\.?/"] }] },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
  forbid(
    ["src/index.ts", "src/en-authorization.ts", "src/args.ts", "src/results.ts"],
    [ibm, outside("provider", "plugin", "iam", "emulator", "cli")],
  ),
  forbid(
    ["src/lookups/**"],
    [
      ibm,
      outside("emulator", "cli", "index", "en-authorization"),
      // The first lookup loads them, so that importing this package is fast.
      { ...outside("iam", "provider"), allowTypeImports: true },
    ],
  ),
  // The provider depends on neither of its users: the dynamic resource and the packaged provider.
  forbid(
    ["src/provider/**"],
    [ibm, outside("emulator", "cli", "lookups", "plugin", "index", "en-authorization")],
  ),
  forbid(["src/plugin/**"], [ibm, outside("emulator", "cli", "index", "en-authorization")]),
  forbid(
    ["src/audit/**"],
    [ibm, outside("iam", "emulator", "generate", "plugin", "cli", "lookups", "index", "en-authorization")],
  ),
  forbid(
    ["src/policy/**"],
    [
      ibm,
      outside(
        "iam",
        "provider",
        "emulator",
        "generate",
        "plugin",
        "cli",
        "lookups",
        "index",
        "en-authorization",
      ),
    ],
  ),
  forbid(
    ["src/graph/**"],
    [ibm, outside("iam", "emulator", "generate", "plugin", "cli", "lookups", "index", "en-authorization")],
  ),
  {
    files: ["src/graph/page/**"],
    // Names in the page come from other people, so no text may become HTML.
    rules: {
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "srcdoc"].map((property) => ({
          property,
        })),
      ],
    },
  },
  forbid(["src/generate/**"], [ibm, outside("emulator", "cli", "lookups", "index", "en-authorization")]),
  forbid(
    ["src/iam/**"],
    [outside("provider", "plugin", "emulator", "cli", "lookups", "args", "en-authorization")],
  ),
  forbid(
    ["src/shared/**"],
    [ibm, outside("provider", "iam", "emulator", "cli", "lookups", "args", "results", "en-authorization")],
  ),
  forbid(
    ["src/emulator/**"],
    [
      ibm,
      outside(
        "provider",
        "iam",
        "shared",
        "cli",
        "lookups",
        "args",
        "results",
        "known-names",
        "en-authorization",
      ),
    ],
  ),
);
