import { realpathSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "./engine";

// The compiler uses real paths.
const HERE = realpathSync(ROOT);
const FILE = join(HERE, "test", "probe.ts");
/** Marks the position of the cursor in a probe's program. */
const CURSOR = "▮";
const IMPORTS = `import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "../src";
import type { AuthorizationSource, AuthorizationTarget, EnAuthorizationArgs } from "../src";
declare const config: pulumi.Config;
`;

/** The answers of an editor to a program that uses the package. The imports are added to the program. */
export interface Editor {
  /** The signature and the documentation at the cursor `▮`. */
  hover: (program: string) => string;
  /** The text that the editor shows beside one name that is offered at the cursor `▮`. */
  detailsOf: (name: string, program: string) => string;
  /** The names that are offered at the cursor `▮`, without keywords and globals. */
  completions: (program: string) => string[];
  /** The compiler's errors: the place, the code and the message. */
  errors: (program: string) => string[];
}

/** Starts a TypeScript language service over the package's sources. It is slow to start, so share it. */
export function startEditor(): Editor {
  const config = ts.readConfigFile(join(HERE, "tsconfig.json"), (path) => ts.sys.readFile(path))
    .config as object;
  const options = {
    ...ts.parseJsonConfigFileContent(config, ts.sys, HERE).options,
    noUnusedLocals: false,
  };
  let text = "";
  let version = 0;
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [FILE],
    getScriptVersion: (path) => (path === FILE ? String(version) : "0"),
    getScriptSnapshot: (path) => {
      const content = path === FILE ? text : ts.sys.readFile(path);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => HERE,
    getDefaultLibFileName: (each) => ts.getDefaultLibFilePath(each),
    fileExists: (path) => path === FILE || ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    readDirectory: (...args) => ts.sys.readDirectory(...args),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  };
  const service = ts.createLanguageService(host);

  /** Opens a program and returns the position of its cursor. */
  function open(program: string): number {
    const source = IMPORTS + program;
    text = source.replace(CURSOR, "");
    version += 1;
    return source.indexOf(CURSOR);
  }

  return {
    hover: (program) => {
      const info = service.getQuickInfoAtPosition(FILE, open(program));
      const tags = (info?.tags ?? []).map(
        ({ name, text: parts }) => `@${name} ${ts.displayPartsToString(parts)}`,
      );
      return [
        ts.displayPartsToString(info?.displayParts),
        ts.displayPartsToString(info?.documentation),
        ...tags,
      ]
        .filter(Boolean)
        .join("\n");
    },
    detailsOf: (name, program) => {
      const at = open(program);
      const details = service.getCompletionEntryDetails(FILE, at, name, {}, undefined, {}, undefined);
      return ts.displayPartsToString(details?.documentation);
    },
    completions: (program) =>
      (service.getCompletionsAtPosition(FILE, open(program), {})?.entries ?? [])
        .filter(({ kind, sortText }) => kind !== ts.ScriptElementKind.keyword && !sortText.startsWith("15"))
        .map(({ name }) => name),
    errors: (program) => {
      open(program);
      return [...service.getSyntacticDiagnostics(FILE), ...service.getSemanticDiagnostics(FILE)].map(
        ({ code, start = 0, length = 0, messageText }) =>
          `${text.slice(start, start + length).split("\n")[0]}: TS${code} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      );
    },
  };
}
